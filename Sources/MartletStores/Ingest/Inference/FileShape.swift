import Foundation
import MartletCore
import MartletEngines
import MartletIngest

/// What a file's bytes say about how it is written.
struct FileShape {
    /// The kind of file.
    enum Kind {
        case csv(CSVFormat)
        case parquet
        case jsonLines
        /// A document whose records stand at a JSON pointer.
        case json(records: String)
    }

    let kind: Kind
    /// The file itself, or its decompressed copy.
    let plainPath: String
    /// The first bytes, at most 8 MB.
    private let sample: Data

    /// Looks at the first bytes of `path`; a gzip file is unpacked into `scratch`.
    init(examining path: String, scratch: String) throws {
        var plainPath = path
        var sample = try Self.start(of: path)
        if sample.starts(with: [0x1F, 0x8B]) {
            plainPath = scratch + "/unpacked"
            try RawText.decompress(path, to: plainPath)
            sample = try Self.start(of: plainPath)
        }
        self.plainPath = plainPath
        self.sample = sample
        guard let first = sample.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) else {
            throw IngestError(.ingestNotInferable, "'\(path)' is empty; is it the right file?")
        }
        if RawText.isUTF16(sample) {
            throw IngestError(.ingestNotInferable, "'\(path)' is UTF-16; save it as UTF-8 and try again")
        }
        if sample.starts(with: Data("PAR1".utf8)) {
            self.kind = .parquet
        } else if first == UInt8(ascii: "{"), Self.isJSONLines(sample) {
            self.kind = .jsonLines
        } else if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            self.kind = .json(records: try Self.recordsPointer(in: plainPath, shownAs: path))
        } else {
            self.kind = .csv(Self.dialect(of: sample))
        }
    }

    /// The names of the raw fields, in their order.
    func fieldNames(_ connection: DuckDBConnection) throws -> [String] {
        switch self.kind {
        case .csv(let format):
            guard let line = Self.lines(of: self.sample, limit: 1).first else { return [] }
            let names = CSVHeader(line: try self.text(line, format.encoding), format: format).names
            return format.hasHeader ? names : names.indices.map { String($0 + 1) }
        case .parquet:
            let file = SQLText.literal(self.plainPath)
            return try Self.texts(
                "SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(\(file)))",
                connection
            )
        case .jsonLines:
            return try Self.texts(
                """
                SELECT key FROM (
                    SELECT n, unnest(keys) AS key, generate_subscripts(keys, 1) AS i FROM (
                        SELECT row_number() OVER () AS n, CASE WHEN json_valid(line) THEN json_keys(line) END AS keys
                        FROM read_csv(\(SQLText.literal(self.plainPath)), auto_detect = false, delim = chr(1),
                            quote = '', escape = '', header = false, columns = {'line': 'VARCHAR'}, nullstr = '',
                            max_line_size = 16777216, ignore_errors = true)))
                GROUP BY key ORDER BY min(n * 10000 + i)
                """,
                connection
            )
        case .json(let records):
            let list = records.isEmpty ? "content" : "json_extract(content, \(SQLText.literal(records)))"
            return try Self.texts(
                """
                SELECT key FROM (
                    SELECT n, unnest(json_keys(record)) AS key, generate_subscripts(json_keys(record), 1) AS i FROM (
                        SELECT row_number() OVER () AS n, record FROM (
                            SELECT unnest(CAST(\(list) AS JSON[])) AS record
                            FROM read_text(\(SQLText.literal(self.plainPath))))))
                GROUP BY key ORDER BY min(n * 10000 + i)
                """,
                connection
            )
        }
    }

    private func text(_ line: Data, _ encoding: CSVFormat.TextEncoding) throws -> String {
        if encoding == .utf8 { return String(decoding: line, as: UTF8.self) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-line-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let raw = folder.appendingPathComponent("raw")
        let text = folder.appendingPathComponent("text")
        try line.write(to: raw)
        try RawText.transcode(raw.path, to: text.path)
        return String(decoding: try Data(contentsOf: text), as: UTF8.self)
    }

    private static func texts(_ sql: String, _ connection: DuckDBConnection) throws -> [String] {
        let rows = try connection.query(sql)
        return (0..<rows.rowCount).map { rows.columns[0][$0].text }
    }

    private static func start(of path: String) throws -> Data {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        return try handle.read(upToCount: 8 << 20) ?? Data()
    }

    private static func lines(of sample: Data, limit: Int) -> [Data] {
        sample.split(separator: 0x0A, maxSplits: limit, omittingEmptySubsequences: true).prefix(limit)
            .map { line in Data(line.last == 0x0D ? line.dropLast() : line) }
    }

    /// Whether the first line is a whole object, and not a document with its list of records all on one line.
    private static func isJSONLines(_ sample: Data) -> Bool {
        let lines = self.lines(of: sample, limit: 2)
        guard let first = lines.first, case .object(let members)? = try? JSONValue(parsing: first) else { return false }
        let holdsRecords = members.values.contains { value in
            guard case .array(let items) = value, case .object? = items.first else { return false }
            return true
        }
        return lines.count > 1 || !holdsRecords
    }

    private static func recordsPointer(in path: String, shownAs shown: String) throws -> String {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw IngestError(
                .ingestNotInferable,
                "'\(shown)' begins like JSON and is neither one document nor one object a line",
                underlying: error
            )
        }
        if case .array = document { return "" }
        if case .object(let members) = document {
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                if case .array(let items) = value, case .object = items.first {
                    return "/" + key.replacing("~", with: "~0").replacing("/", with: "~1")
                }
            }
        }
        throw IngestError(.ingestNotInferable, "'\(shown)' is JSON without a list of records")
    }
}

extension FileShape {
    /// Guesses encoding, delimiter and header from the first lines.
    private static func dialect(of sample: Data) -> CSVFormat {
        let encoding: CSVFormat.TextEncoding = self.isUTF8(sample) ? .utf8 : .cp949
        // Delimiters, quotes and digits are ASCII in both encodings.
        let lines = self.lines(of: sample, limit: 20).map { String(decoding: $0, as: UTF8.self) }
        func counts(_ delimiter: String) -> [Int] {
            let format = CSVFormat(delimiter: delimiter, hasHeader: true, encoding: encoding)
            return lines.map { CSVHeader(line: $0, format: format).names.count }
        }
        func score(_ delimiter: String) -> Int {
            let counts = counts(delimiter)
            guard let first = counts.first, first > 1 else { return 0 }
            return counts.count { $0 == first } * 1_000 + first
        }
        let delimiter = [",", "\t", ";", "|"].map { ($0, score($0)) }.reduce((",", 0)) { $1.1 > $0.1 ? $1 : $0 }.0
        let format = CSVFormat(delimiter: delimiter, hasHeader: true, encoding: encoding)
        let names = lines.first.map { CSVHeader(line: $0, format: format).names } ?? []
        let hasHeader = !names.contains { Double($0) != nil || EventTime(iso8601: $0) != nil }
        return CSVFormat(delimiter: delimiter, hasHeader: hasHeader, encoding: encoding)
    }

    /// Whether the bytes are UTF-8; a character that the end cuts is none's fault.
    private static func isUTF8(_ sample: Data) -> Bool {
        (0...3).contains { String(bytes: sample.dropLast($0), encoding: .utf8) != nil }
    }
}
