package import MartletCore

/// How many rows broke a rule.
package struct RuleCount: Codable, Sendable, Hashable {
    package let rule: String
    package let column: String?
    package let count: Int

    /// Counts rows under a rule.
    package init(rule: String, column: String?, count: Int) {
        self.rule = rule
        self.column = column
        self.count = count
    }

    /// The rule with its column, such as `range(price)`.
    package var label: String { self.column.map { "\(self.rule)(\($0))" } ?? self.rule }
}

/// How many rows a cleaning step dropped or changed.
package struct StepCount: Codable, Sendable, Hashable {
    package let step: String
    package let count: Int

    /// Counts rows under a step.
    package init(step: String, count: Int) {
        self.step = step
        self.count = count
    }
}

/// The figures of one batch on its way through the rules.
package struct BatchFigures: Codable, Sendable, Hashable {
    package var rowsRead = 0
    package var rowsLoaded = 0
    /// Distinct rows in quarantine; a row that breaks two rules counts once.
    package var rowsQuarantined = 0
    package var rowsDuplicate = 0
    /// Rows left out by `where` and `drop_outliers`.
    package var rowsFiltered = 0
    /// Broken rules; a row that breaks two rules counts under both.
    package var quarantined: [RuleCount] = []
    /// Rows that broke a rule of severity `warn` and were loaded all the same.
    package var warnings: [RuleCount] = []
    package var cleaning: [StepCount] = []
    /// Columns of the raw record that the source does not declare; the raw file keeps them.
    package var undeclaredColumns: [String] = []
    /// What is different in the fields of the raw records from those accepted, one line each; absent when nothing is.
    package var schemaChanges: [String]?
    /// Whether these differences came for the first time; absent when there are none.
    package var isNewSchema: Bool?
    /// Why the batch was refused; empty when it was loaded.
    package private(set) var refusals: [String] = []
    /// The same with codes, for readers of other languages; absent when it was loaded, and from earlier versions.
    package private(set) var refusalRemarks: [Remark]?

    /// Starts at nothing.
    package init() {}

    /// Refuses the batch when there is a reason; then nothing of it is loaded.
    package mutating func refuse(for reasons: [Remark]) {
        self.refusals = reasons.map(\.text)
        self.refusalRemarks = reasons.isEmpty ? nil : reasons
        if !reasons.isEmpty { self.rowsLoaded = 0 }
    }

    /// The same without codes.
    fileprivate var inSentences: BatchFigures {
        var figures = self
        figures.refusalRemarks = nil
        return figures
    }

    /// Why the batch was refused, with codes where they are known.
    package var refusalReasons: [Remark] { self.refusalRemarks ?? self.refusals.map(Remark.init(said:)) }
}

/// What became of one batch.
package struct IngestReport: Codable, Sendable, Hashable {
    /// How the batch ended.
    package enum Outcome: String, Codable, Sendable {
        case loaded
        /// The same bytes under the same definition are in the table already; nothing changed.
        case alreadyLoaded
        /// The same bytes were loaded under another definition; nothing changed, a reload would replace the rows.
        case definitionChanged
        /// The rows of the batch were replaced.
        case reloaded
        /// A rule about the whole batch was broken; the table did not change.
        case refused
        /// The place has nothing, or nothing new; nothing changed.
        case nothingNew
    }

    package let source: String
    package let origin: String
    package let batch: ContentHash
    package let rawPath: String
    /// Whether the bytes come from the source's fallback.
    package let isFallback: Bool
    package let outcome: Outcome
    package let figures: BatchFigures
    package let seconds: Double

    /// Writes what programs read: the reasons of a refusal stand there as sentences, without their codes.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.source, forKey: .source)
        try container.encode(self.origin, forKey: .origin)
        try container.encode(self.batch, forKey: .batch)
        try container.encode(self.rawPath, forKey: .rawPath)
        try container.encode(self.isFallback, forKey: .isFallback)
        try container.encode(self.outcome, forKey: .outcome)
        try container.encode(self.figures.inSentences, forKey: .figures)
        try container.encode(self.seconds, forKey: .seconds)
    }

    /// One sentence for a person.
    package var summary: String {
        switch self.outcome {
        case .loaded: "\(self.figures.rowsLoaded) rows loaded"
        case .reloaded: "\(self.figures.rowsLoaded) rows loaded in place of the batch's earlier ones"
        case .alreadyLoaded: "these bytes are loaded already; nothing changed"
        case .definitionChanged:
            "these bytes are loaded already, but by an earlier definition of the source; nothing changed. "
                + "Add --reload to replace the batch's rows"
        case .nothingNew: "the place has nothing new"
        case .refused: "refused, the table is unchanged: " + self.figures.refusals.joined(separator: "; ")
        }
    }
}

/// A point on the way of a batch, for progress and for tests that stop there.
package enum IngestStep: String, Sendable, CaseIterable {
    /// The bytes are on this machine but not yet under their name.
    case received
    /// The raw file stands under its hash.
    case landed
    /// The records are read as text.
    case staged
    /// The columns have their types.
    case typed
    /// Rows that broke rules are set aside.
    case checked
    /// The cleaning steps are done.
    case cleaned
    /// The transaction holds every change and is not committed.
    case written
    /// The transaction is committed.
    case committed
}

/// Progress of one batch.
package struct IngestProgress: Sendable, Hashable {
    package let source: String
    package let origin: String
    package let step: IngestStep
}
