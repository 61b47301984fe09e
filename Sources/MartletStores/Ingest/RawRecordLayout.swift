import MartletCore
import MartletIngest

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

    /// For each raw field, the JSON pointer to it in a raw record.
    var fieldPointers: [String] {
        self.fieldNames.map { name in
            self.hasRecord && name.hasPrefix("/") ? name : Self.escapedPointer(name)
        }
    }

    /// The JSON pointer to a member of an object.
    static func escapedPointer(_ name: String) -> String {
        "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    /// The JSON pointer to what a column is read from, in the raw record as quarantine keeps it.
    static func pointer(_ rawName: String, of format: SourceFormat) -> String {
        switch format {
        case .csv, .parquet: self.escapedPointer(rawName)
        case .json, .jsonLines, .xml: rawName.hasPrefix("/") ? rawName : self.escapedPointer(rawName)
        }
    }

    /// SQL for a JSON document that, merged into a raw record, sets what a column is read from to `value`.
    static func patchSQL(_ rawName: String, of format: SourceFormat, _ value: String) -> String {
        let names = self.pointer(rawName, of: format).split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst()
            .map { $0.replacing("~1", with: "/").replacing("~0", with: "~") }
        return names.reversed()
            .reduce(value) { inner, name in "json_object(\(SQLText.literal(String(name))), \(inner))" }
    }
}
