package import MartletCore

/// One try to bring something up to date: a load of a source, the making of a view's rows, a training.
package struct DataAttempt: Sendable, Hashable, Codable {
    /// How it ended.
    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// There are new rows.
        case fresh
        /// There was nothing new.
        case nothingNew
        /// There are new rows, from the fallback.
        case fallback
        /// A gate refused the batch; nothing was loaded.
        case refused
        /// It could not be read.
        case failed

        /// Whether the data is what could be had.
        package var isSuccess: Bool { self == .fresh || self == .nothingNew || self == .fallback }
    }

    /// Such as `source:sales`, `view:prices` or `recipe:rent`.
    package let subject: String
    package let at: EventTime
    package let outcome: Outcome
    /// Why it failed or was refused, without data values; `nil` otherwise.
    package let message: String?
    /// The same with a code, for readers of other languages; absent where somebody else said it.
    private let remark: Remark?
    package let rowCount: Int
    package let quarantinedCount: Int
    /// What is different in the fields of the records from those accepted, one line each.
    package let schemaChanges: [String]
    /// How long it took, where that is promised.
    package let seconds: Double?

    /// Describes a try.
    package init(
        subject: String,
        at moment: EventTime,
        outcome: Outcome,
        reason: Remark? = nil,
        rowCount: Int = 0,
        quarantinedCount: Int = 0,
        schemaChanges: [String] = [],
        seconds: Double? = nil
    ) {
        self.subject = subject
        self.at = moment
        self.outcome = outcome
        self.message = reason?.text
        self.remark = reason.flatMap { $0.code.isEmpty ? nil : $0 }
        self.rowCount = rowCount
        self.quarantinedCount = quarantinedCount
        self.schemaChanges = schemaChanges
        self.seconds = seconds
    }

    /// Why it failed or was refused, with its code where it has one; `nil` otherwise.
    package var reason: Remark? { self.remark ?? self.message.map(Remark.init(said:)) }
}

/// The last tries at one thing.
package struct DataStanding: Sendable, Hashable {
    /// The last try.
    package let last: DataAttempt
    /// When there were new rows last; `nil` never.
    package let freshAt: EventTime?
    /// When a try succeeded last; `nil` never.
    package let succeededAt: EventTime?

    /// Puts the last tries together.
    package init(last: DataAttempt, freshAt: EventTime?, succeededAt: EventTime?) {
        self.last = last
        self.freshAt = freshAt
        self.succeededAt = succeededAt
    }
}

/// One figure of what is promised, as it was read last.
package struct LevelReading: Sendable, Hashable, Codable {
    /// What is measured.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Growth of the error on labels over that of training.
        case errorGrowth
        /// The same before labels are in.
        case estimatedGrowth
    }

    package let kind: Kind
    /// Such as `endpoint:rent`.
    package let subject: String
    package let value: Double
    package let at: EventTime

    /// Holds a figure.
    package init(_ kind: Kind, of subject: String, _ value: Double, at moment: EventTime) {
        self.kind = kind
        self.subject = subject
        self.value = value
        self.at = moment
    }
}
