package import MartletCore

/// How one source stands: what it loaded, what it holds back, and what it refused last.
package struct SourceStanding: Sendable, Hashable, Encodable {
    package let source: String
    /// The batches that are loaded.
    package let batches: Int
    /// The rows that are loaded.
    package let rows: Int
    /// The rows in quarantine.
    package let held: Int
    /// When a batch was loaded last; `nil` when none was.
    package let lastLoadedAt: EventTime?
    /// How the last batch came, such as `fallback`; `nil` when from its own location.
    package let via: String?
    /// When a batch was refused last, and why; `nil` when none was.
    package let refusal: Refusal?

    /// A batch that broke a rule about batches, so that nothing of it was loaded.
    package struct Refusal: Sendable, Hashable, Encodable {
        package let at: EventTime
        package let reasons: [Remark]
        /// Whether a batch was loaded after it.
        package let isOvercome: Bool

        /// Says when and why.
        package init(at moment: EventTime, reasons: [Remark], isOvercome: Bool) {
            self.at = moment
            self.reasons = reasons
            self.isOvercome = isOvercome
        }

        /// Writes the reasons as their sentences.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(self.at, forKey: .at)
            try container.encode(self.reasons.map(\.text), forKey: .reasons)
            try container.encode(self.isOvercome, forKey: .isOvercome)
        }

        private enum CodingKeys: String, CodingKey {
            case at, reasons
            case isOvercome = "overcome"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case source, batches, rows, held, via, refusal
        case lastLoadedAt = "last_loaded_at"
    }

    /// Holds how a source stands.
    package init(
        source: String,
        batches: Int = 0,
        rows: Int = 0,
        held: Int = 0,
        lastLoadedAt: EventTime? = nil,
        via: String? = nil,
        refusal: Refusal? = nil
    ) {
        self.source = source
        self.batches = batches
        self.rows = rows
        self.held = held
        self.lastLoadedAt = lastLoadedAt
        self.via = via
        self.refusal = refusal
    }
}

/// One batch that was loaded.
package struct LoadRecord: Sendable, Hashable, Codable {
    package let batch: String
    package let origin: String
    package let loadedAt: EventTime
    package let via: String?
    package let read: Int
    package let loaded: Int
    package let quarantined: Int
    package let duplicate: Int
    /// Rows that cleaning left out.
    package let filtered: Int

    private enum CodingKeys: String, CodingKey {
        case batch, origin, via, read, loaded, quarantined, duplicate, filtered
        case loadedAt = "loaded_at"
    }

    /// Holds what was counted.
    package init(
        batch: String,
        origin: String,
        loadedAt: EventTime,
        via: String?,
        read: Int,
        loaded: Int,
        quarantined: Int,
        duplicate: Int,
        filtered: Int
    ) {
        self.batch = batch
        self.origin = origin
        self.loadedAt = loadedAt
        self.via = via
        self.read = read
        self.loaded = loaded
        self.quarantined = quarantined
        self.duplicate = duplicate
        self.filtered = filtered
    }
}

/// How many rows of a source are in quarantine for one rule.
package struct HeldCount: Sendable, Hashable, Codable {
    package let source: String
    package let rule: String
    package let column: String?
    package let rows: Int
    package let batches: Int
    package let lastAt: EventTime

    private enum CodingKeys: String, CodingKey {
        case source, rule, column, rows, batches
        case lastAt = "last_at"
    }

    /// Holds a count.
    package init(source: String, rule: String, column: String?, rows: Int, batches: Int, lastAt: EventTime) {
        self.source = source
        self.rule = rule
        self.column = column
        self.rows = rows
        self.batches = batches
        self.lastAt = lastAt
    }
}

/// One row in quarantine.
package struct HeldRow: Sendable, Hashable, Codable {
    package let batch: String
    /// Its number in the raw file, from 1.
    package let row: Int
    package let rule: String
    package let column: String?
    /// The text that broke the rule.
    package let value: String?
    /// The whole record as JSON text.
    package let raw: String?
    package let at: EventTime

    /// Holds a row.
    package init(
        batch: String,
        row: Int,
        rule: String,
        column: String?,
        value: String?,
        raw: String?,
        at moment: EventTime
    ) {
        self.batch = batch
        self.row = row
        self.rule = rule
        self.column = column
        self.value = value
        self.raw = raw
        self.at = moment
    }
}

/// Reads what became of the data that sources brought; changes nothing.
package protocol IngestJournal: Sendable {
    /// How every source stands that ever brought something, by name.
    func standings() async throws -> [SourceStanding]

    /// The newest loads of `source`.
    func loads(of source: String, limit: Int) async throws -> [LoadRecord]

    /// The rows in quarantine by source, rule and column, the most first within a source.
    func heldCounts() async throws -> [HeldCount]

    /// Rows in quarantine, the newest first.
    func heldRows(_ selection: QuarantineSelection, offset: Int, limit: Int) async throws -> [HeldRow]
}
