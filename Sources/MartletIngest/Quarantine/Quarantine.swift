package import MartletCore

extension ErrorCode {
    /// A repair or a selection does not fit what is in quarantine.
    package static let quarantineInvalid = ErrorCode("quarantine.invalid")
}

/// Which rows of quarantine are meant; every part that is given narrows.
package struct QuarantineSelection: Sendable, Hashable {
    package let source: String
    package let rule: String?
    /// The first digits of a batch's hash.
    package let batch: String?
    /// Row numbers of the raw file.
    package let rows: [Int]

    /// Describes a selection.
    package init(source: String, rule: String? = nil, batch: String? = nil, rows: [Int] = []) {
        self.source = source
        self.rule = rule
        self.batch = batch
        self.rows = rows
    }
}

/// Who changes quarantine, when, and why.
package struct QuarantineAuthor: Sendable, Hashable {
    package let name: String
    package let at: EventTime
    package let reason: String?

    /// Names the one who acts.
    package init(_ name: String, at moment: EventTime, reason: String? = nil) {
        self.name = name
        self.at = moment
        self.reason = reason
    }
}

/// A row's raw record before and after a repair.
package struct RepairedRecord: Codable, Sendable, Hashable {
    package let batch: String
    package let row: Int
    package let before: String
    package let after: String

    /// Pairs both records, as JSON texts.
    package init(batch: String, row: Int, before: String, after: String) {
        self.batch = batch
        self.row = row
        self.before = before
        self.after = after
    }
}

/// What became of rows of one batch that were taken through the rules again.
package struct Readmission: Codable, Sendable, Hashable {
    package let batch: String
    /// The rows that were taken out of quarantine to be tried.
    package let tried: Int
    /// The rows that are in the table now.
    package let readmitted: Int
    /// The rows that a cleaning step left out; they keep their record, and leave quarantine.
    package let leftOut: Int
    /// The rows that broke a rule again and stay in quarantine.
    package let stayed: Int
    /// The rules that were broken again.
    package let broken: [RuleCount]

    /// Counts rows.
    package init(batch: String, tried: Int, readmitted: Int, leftOut: Int, stayed: Int, broken: [RuleCount]) {
        self.batch = batch
        self.tried = tried
        self.readmitted = readmitted
        self.leftOut = leftOut
        self.stayed = stayed
        self.broken = broken
    }
}

/// Rows that broke a rule, and their way back.
///
/// A repair is a proposal beside the row; the raw file never changes. Readmission takes rows through types, rules and
/// cleaning as the source says now; those that pass enter the table with the times their record has, and the present
/// moment as the time we learnt of them. A reload of their batch applies the same repairs.
package protocol Quarantine: Sendable {
    /// Changes raw records by rules; with `isTrial` nothing is kept.
    ///
    /// - Returns: the rows whose record changed, in order.
    func repair(
        _ selection: QuarantineSelection,
        of definition: SourceDefinition,
        by rules: [RepairRule],
        _ author: QuarantineAuthor,
        isTrial: Bool
    ) async throws -> [RepairedRecord]

    /// Writes the rows with their raw records to `path`, for editing: CSV when it ends in `.csv`, else JSON lines.
    ///
    /// - Returns: how many rows were written.
    func export(_ selection: QuarantineSelection, to path: String) async throws -> Int

    /// Takes raw records from a file that was exported and edited; rows that are not in quarantine any more are an error.
    ///
    /// - Returns: the rows whose record changed, in order.
    func importRecords(
        from path: String,
        of definition: SourceDefinition,
        _ author: QuarantineAuthor,
        isTrial: Bool
    ) async throws -> [RepairedRecord]

    /// Takes the rows through the rules again, all rows of a batch in one transaction; with `isTrial` nothing is kept.
    func readmit(
        _ selection: QuarantineSelection,
        of definition: SourceDefinition,
        _ author: QuarantineAuthor,
        isTrial: Bool,
        reached: @escaping @Sendable (IngestStep) -> Void
    ) async throws -> [Readmission]

    /// Takes the rows out of quarantine for good; their raw file and a record of it stay.
    ///
    /// - Returns: how many rows were discarded.
    func discard(_ selection: QuarantineSelection, _ author: QuarantineAuthor) async throws -> Int
}
