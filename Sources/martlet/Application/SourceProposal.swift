import Foundation
import MartletCore
import MartletEngines
import MartletStores

/// Proposes a source definition for a file, for a person to read and change.
struct SourceProposal {
    private let path: String

    /// Looks at the file `path`.
    init(path: String) { self.path = path }

    /// One proposed column.
    private struct Column {
        let name: String
        let heading: String
        let type: DataType
        let format: String?
    }

    /// The proposal as YAML.
    ///
    /// - Throws: `CommandError` when there is no such file, `EngineError` when it cannot be read as a table.
    func yaml() throws -> String {
        guard FileManager.default.fileExists(atPath: self.path) else {
            throw CommandError(.commandNotFound, "there is no file '\(self.path)'", status: .invalid)
        }
        let database = try DuckDBDatabase(path: nil, locator: .ofProcess())
        defer { database.close() }
        let connection = try database.connect()
        if self.path.hasSuffix(".parquet") {
            return try self.text(format: ["format: parquet"], self.columns("read_parquet", self.path, connection))
        }
        if [".jsonl", ".ndjson"].contains(where: self.path.hasSuffix) {
            return try self.text(format: ["format: json_lines"], self.columns("read_json", self.path, connection))
        }
        return try self.proposeCSV(connection)
    }

    private func proposeCSV(_ connection: DuckDBConnection) throws -> String {
        let readable = FileManager.default.temporaryDirectory.appending(path: "martlet-infer-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: readable) }
        var unpacked = self.path
        let plain = readable.path + ".plain"
        defer { try? FileManager.default.removeItem(atPath: plain) }
        if self.path.hasSuffix(".gz") {
            try Gunzip.unpack(self.path, to: plain)
            unpacked = plain
        }
        var encoding = CharacterEncoding.utf8
        do {
            try Transcoder(from: .utf8).transcode(unpacked, to: readable.path)
        } catch {
            encoding = .cp949
            try Transcoder(from: .cp949).transcode(unpacked, to: readable.path)
        }
        let dialect = try connection.query(
            "SELECT Delimiter AS d, Quote AS q, HasHeader AS h FROM sniff_csv(\(SQLText.literal(readable.path)))"
        )
        let cells = dialect.row(0)
        var options = ["encoding: \(encoding == .utf8 ? "utf-8" : "cp949")"]
        if cells[0].text != "," {
            options.append("delimiter: \(cells[0].text == "\t" ? "tab" : "\"\(cells[0].text)\"")")
        }
        if cells[2] == .boolean(false) { options.append("header: false") }
        let columns = try self.columns("read_csv", readable.path, connection)
        return self.text(format: ["format:", "  csv:"] + options.map { "    " + $0 }, columns)
    }

    private func columns(_ reader: String, _ path: String, _ connection: DuckDBConnection) throws -> [Column] {
        let table = "\(reader)(\(SQLText.literal(path)))"
        try connection.execute("CREATE TABLE proposal AS SELECT * FROM \(table) LIMIT 200000")
        let described = try connection.query(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'proposal' ORDER BY ordinal_position"
        )
        var names: Set<String> = []
        return try (0..<described.rowCount)
            .map { row in
                let heading = described.row(row)[0].text
                var name = Self.plainName(heading) ?? "column_\(row + 1)"
                if !names.insert(name).inserted { name += "_\(row + 1)" }
                names.insert(name)
                let type = Self.type(described.row(row)[1].text)
                let isDay = try type == .int64 && Self.holdsDays(heading, connection)
                return Column(
                    name: name,
                    heading: heading,
                    type: isDay ? .date : type,
                    format: isDay ? "YYYYMMDD" : nil
                )
            }
    }

    /// Whether every value of a whole-number column is a day written YYYYMMDD.
    private static func holdsDays(_ column: String, _ connection: DuckDBConnection) throws -> Bool {
        let name = SQLText.identifier(column)
        let counts = try connection.query(
            """
            SELECT count(\(name)) AS total, count(try_strptime(CAST(\(name) AS VARCHAR), '%Y%m%d')) AS days
            FROM proposal WHERE \(name) IS NOT NULL
            """
        )
        let row = counts.row(0)
        return row[0].number > 0 && row[0].number == row[1].number
    }

    private static func type(_ name: String) -> DataType {
        switch name {
        case "BOOLEAN": .boolean
        case "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT": .int64
        case "DATE": .date
        case let name where name.hasPrefix("TIMESTAMP"): .timestamp
        case "DOUBLE", "FLOAT": .float64
        case let name where name.hasPrefix("DECIMAL"): .float64
        default: .string
        }
    }

    /// The heading in lower snake case, or `nil` when it has letters that are not ASCII.
    private static func plainName(_ heading: String) -> String? {
        guard heading.allSatisfy(\.isASCII) else { return nil }
        let parts = heading.lowercased().split { !($0.isLetter || $0.isNumber) }
        let name = parts.joined(separator: "_")
        return name.first?.isLetter == true ? name : nil
    }

    private func text(format: [String], _ columns: [Column]) -> String {
        let file = URL(filePath: self.path).lastPathComponent
        let stem = Self.plainName(String(file.prefix { $0 != "." })) ?? "source"
        var lines = [
            "# A proposal made from the file; read it, rename columns, add expectations.",
            "name: \(stem)",
            "location:",
            "  path: \(Self.quoted(self.path))",
        ]
        lines += format + ["columns:"]
        for column in columns {
            var parts = ["type: \(column.type.rawValue)"]
            if column.name != column.heading { parts.append("from: \(Self.quoted(column.heading))") }
            if let format = column.format { parts.append("format: \(format)") }
            lines.append("  \(column.name): {\(parts.joined(separator: ", "))}")
        }
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        var quoted = ""
        JSONValue.quote(text, into: &quoted)
        return quoted
    }
}
