import MartletCore

/// How the raw records of a batch lie in the staging table.
///
/// Raw fields are named `_r0`, `_r1`, … so that no name a person wrote can clash with another.
struct RawRecordLayout {
    /// The names of the raw fields, in their order.
    let fieldNames: [String]
    /// For each declared column, the raw field it is read from.
    let fieldOfColumn: [Int]
    /// Raw fields that no column is read from.
    let undeclared: [String]
    /// Whether the staging table has the whole record as JSON text in `_record`.
    let hasRecord: Bool

    /// The raw fields as columns of the staging table.
    var stageColumns: [String] { self.fieldNames.indices.map { "_r\($0)" } }

    /// What makes two raw records the same.
    var identityColumns: [String] { self.hasRecord ? ["_record"] : self.stageColumns }

    /// SQL for the raw record as JSON.
    var recordSQL: String {
        if self.hasRecord { return "CAST(_record AS JSON)" }
        let pairs = zip(self.fieldNames, self.stageColumns).map { "\(SQLText.literal($0)), \($1)" }
        return "json_object(\(pairs.joined(separator: ", ")))"
    }
}
