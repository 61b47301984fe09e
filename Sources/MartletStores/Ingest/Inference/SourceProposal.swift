import MartletCore
import MartletIngest

/// A source definition under way, and its YAML text.
struct SourceProposal {
    /// One column and what was found out about it.
    struct Column {
        let name: String
        let rawName: String
        var type: DataType = .string
        var format: String?
        var thousands: String?
        var missing: [String] = []
        /// Whether every row has a value.
        var isComplete = false
        /// Whether no value stands twice.
        var isDistinct = false
        /// What a person should look at.
        var remarks: [String] = []
    }

    let name: String
    let path: String
    let shape: FileShape
    var columns: [Column]

    init(name: String, path: String, shape: FileShape, rawNames: [String]) {
        self.name = name
        self.path = path
        self.shape = shape
        var taken: Set<String> = []
        self.columns = rawNames.enumerated()
            .map { index, rawName in
                let wish = Self.columnName(rawName, at: index)
                var name = wish
                var number = 2
                while !taken.insert(name.lowercased()).inserted {
                    name = "\(wish)_\(number)"
                    number += 1
                }
                return Column(name: name, rawName: rawName)
            }
    }

    /// Letters and digits of any script, and underscores between them.
    private static func columnName(_ rawName: String, at index: Int) -> String {
        let words = rawName.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.joined(separator: "_")
        let name = words.drop { $0 == "_" }
        return name.first?.isLetter == true ? String(name) : "column_\(index + 1)"
    }

    /// The definition as YAML.
    var text: String {
        var lines = [
            "# Proposed from the contents of the file. Check the types, give the columns the names you want ('from' keeps",
            "# the name in the file), and add rules.",
            "name: \(self.name)",
            "location: {path: \(Self.scalar(self.path))}",
        ]
        lines += self.formatLines
        lines.append("columns:")
        for column in self.columns {
            lines += column.remarks.map { "  # \(column.name): \($0)" }
            lines.append("  \(Self.scalar(column.name)): \(Self.options(column))")
        }
        let complete = self.columns.filter(\.isComplete).map { Self.scalar($0.name) }
        if !complete.isEmpty {
            lines += ["expectations:", "  - not_null: {columns: [\(complete.joined(separator: ", "))]}"]
            if let key = self.columns.first(where: { $0.isComplete && $0.isDistinct && $0.type != .float64 }) {
                lines.append("  # No two rows have the same value here; is it a key?")
                lines.append("  # - unique: {columns: [\(Self.scalar(key.name))]}")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var formatLines: [String] {
        switch self.shape.kind {
        case .parquet: return ["format: parquet"]
        case .jsonLines: return ["format: json_lines"]
        case .json(let records):
            return records.isEmpty ? ["format: json"] : ["format:", "  json: {records: \(Self.scalar(records))}"]
        case .csv(let format):
            var options: [String] = []
            if format.encoding == .cp949 { options.append("encoding: cp949") }
            if format.delimiter != "," {
                options.append("delimiter: \(format.delimiter == "\t" ? "tab" : Self.scalar(format.delimiter))")
            }
            if !format.hasHeader { options.append("header: false") }
            return options.isEmpty ? ["format: csv"] : ["format:", "  csv: {\(options.joined(separator: ", "))}"]
        }
    }

    private static func options(_ column: Column) -> String {
        var options: [String] = []
        if column.rawName != column.name { options.append("from: \(self.scalar(column.rawName))") }
        if let format = column.format { options.append("format: \(self.scalar(format))") }
        if let thousands = column.thousands { options.append("thousands: \(self.scalar(thousands))") }
        if !column.missing.isEmpty {
            options.append("missing: [\(column.missing.map(self.quoted).joined(separator: ", "))]")
        }
        if options.isEmpty { return column.type.rawValue }
        return "{type: \(column.type.rawValue), \(options.joined(separator: ", "))}"
    }

    /// `text` as a YAML scalar that is read as the same text.
    private static func scalar(_ text: String) -> String {
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.first?.isLetter == true && !words.contains(text.lowercased())
            && text.allSatisfy { $0.isLetter || $0.isNumber || "_-./".contains($0) }
        return isPlain ? text : self.quoted(text)
    }

    private static func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }
}
