import Foundation
import MartletCore
import MartletEngines
import MartletIngest

/// Reads the raw records of a batch as text into the temporary table `martlet_stage`, with their row numbers.
///
/// Lines that are no records go to `martlet_held` under rule `malformed`. A row's number is its place among the data
/// rows of the raw bytes, malformed ones counted, so it never depends on how the file was read.
struct BatchStage {
    let connection: DuckDBConnection
    let load: BatchLoad
    /// The raw files, in order.
    let pages: [String]
    /// A folder for rewritten files, removed by the caller.
    let scratch: String

    /// Stages every page.
    ///
    /// - Returns: how the records lie.
    func run() throws -> RawRecordLayout {
        var layout: RawRecordLayout?
        for (index, page) in self.pages.enumerated() {
            let offset = try self.rowCount()
            switch self.load.definition.format {
            case .csv(let format):
                layout = try self.stage(csv: page, format, offset: offset, index: index, like: layout)
            case .parquet:
                layout = try self.stage(parquet: page, offset: offset, like: layout)
            case .jsonLines:
                let records = self.lines(of: page, rejects: "martlet_rejects_\(index)")
                layout = try self.stage(json: records, offset: offset, layout)
                try self.hold(rejects: "martlet_rejects_\(index)", isAfterHeader: false, offset: offset)
            case .json(let format):
                layout = try self.stage(json: self.records(of: page, format, index: index), offset: offset, layout)
            case .xml(let format):
                layout = try self.stage(json: self.records(of: page, format, index: index), offset: offset, layout)
            }
        }
        guard let layout else { preconditionFailure("a batch has at least one page") }
        return layout
    }

    private func rowCount() throws -> Int64 {
        guard try self.hasStage() else { return 0 }
        let rows = try self.connection.query(
            "SELECT greatest(coalesce((SELECT max(_row) FROM martlet_stage), 0), "
                + "coalesce((SELECT max(\"row\") FROM martlet_held), 0))"
        )
        if case .int64(let count) = rows.columns[0][0] { return count }
        return 0
    }

    private func hasStage() throws -> Bool {
        let rows = try self.connection.query("SELECT 1 FROM duckdb_tables() WHERE table_name = 'martlet_stage'")
        return rows.rowCount > 0
    }

    private func makeStage(_ layout: RawRecordLayout) throws {
        let columns = (layout.stageColumns + (layout.hasRecord ? ["_record"] : [])).map { "\($0) VARCHAR" }
        try self.connection.execute(
            "CREATE TEMP TABLE martlet_stage (\((["_row BIGINT"] + columns).joined(separator: ", ")))"
        )
    }

    // MARK: Separated values

    private func stage(
        csv page: String,
        _ format: CSVFormat,
        offset: Int64,
        index: Int,
        like earlier: RawRecordLayout?
    ) throws -> RawRecordLayout {
        if RawText.isUTF16(Self.start(of: page, 2)) {
            throw IngestError(
                .ingestMissingColumn,
                "'\(self.load.origin)' is UTF-16, as Excel's Unicode text is; save it as CSV in UTF-8, or run: "
                    + "iconv -f UTF-16 -t UTF-8"
            )
        }
        let text = try self.textFile(page, encoding: format.encoding, index: index)
        let header = try self.header(of: text, format)
        let layout = try header.layout(for: self.load.definition, origin: self.load.origin)
        if let earlier, earlier.fieldNames != layout.fieldNames {
            throw IngestError(
                .ingestMissingColumn,
                "page \(index + 1) of '\(self.load.origin)' has other columns than the first page; fetch them apart"
            )
        }
        if earlier == nil { try self.makeStage(layout) }
        let columns = layout.stageColumns.map { "'\($0)': 'VARCHAR'" }.joined(separator: ", ")
        let rejects = "martlet_rejects_\(index)"
        let quote = SQLText.literal(format.quote)
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_page AS SELECT row_number() OVER () AS _n, * FROM read_csv(
                \(SQLText.literal(text)), auto_detect = false, delim = \(SQLText.literal(format.delimiter)),
                quote = \(quote), escape = \(quote), header = \(format.hasHeader), columns = {\(columns)},
                nullstr = '', strict_mode = true, null_padding = false, compression = '\(self.compression(of: text))',
                max_line_size = 16777216, store_rejects = true, rejects_table = '\(rejects)',
                rejects_scan = '\(rejects)_scans')
            """
        )
        try self.hold(rejects: rejects, isAfterHeader: format.hasHeader, offset: offset)
        // Kept rows move up by the number of malformed ones before them.
        try self.connection.execute(
            """
            INSERT INTO martlet_stage SELECT \(offset) + _n + coalesce(_before.shift, 0),
                \(layout.stageColumns.joined(separator: ", "))
            FROM martlet_page ASOF LEFT JOIN (
                SELECT "row" - \(offset) - place AS kept, max(place) AS shift FROM (
                    SELECT "row", row_number() OVER (ORDER BY "row") AS place FROM martlet_held
                    WHERE "row" > \(offset)) GROUP BY kept) AS _before ON _n > _before.kept
            ORDER BY _n;
            DROP TABLE martlet_page;
            """
        )
        return layout
    }

    private func header(of text: String, _ format: CSVFormat) throws -> CSVHeader {
        guard
            let line = try self.compression(of: text) == "gzip" ? self.unpackedLine(of: text) : self.firstLine(of: text)
        else {
            throw IngestError(
                .ingestMissingColumn,
                "'\(self.load.origin)' is empty\(format.hasHeader ? ", without even a header" : ""); is it the right file?"
            )
        }
        let header = CSVHeader(line: line, format: format)
        if format.hasHeader { return header }
        return CSVHeader(names: header.names.indices.map { String($0 + 1) })
    }

    private func firstLine(of path: String) throws -> String? {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        let start = try handle.read(upToCount: 1 << 20) ?? Data()
        let line = start.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty else { return nil }
        guard let text = String(bytes: line, encoding: .utf8) else {
            throw IngestError(
                .ingestMissingColumn,
                "the first line of '\(self.load.origin)' is not UTF-8; Korean files are often in 'encoding: cp949'"
            )
        }
        return text
    }

    private func unpackedLine(of path: String) throws -> String? {
        let first = try self.connection.query(
            """
            SELECT line FROM read_csv(\(SQLText.literal(path)), auto_detect = false, delim = chr(1), quote = '',
                escape = '', header = false, columns = {'line': 'VARCHAR'}, max_line_size = 16777216, parallel = false,
                ignore_errors = true, compression = 'gzip') WHERE line IS NOT NULL LIMIT 1
            """
        )
        return first.rowCount == 1 ? first.columns[0][0].text : nil
    }

    /// The rejected lines of a read, held under rule `malformed`.
    private func hold(rejects: String, isAfterHeader: Bool, offset: Int64) throws {
        try self.connection.execute(
            """
            INSERT INTO martlet_held
            SELECT \(offset) + line - \(isAfterHeader ? 1 : 0), 'malformed', NULL, any_value(error_type),
                json_object('line', any_value(csv_line))
            FROM \(rejects) GROUP BY line
            """
        )
    }

    // MARK: Parquet

    private func stage(parquet page: String, offset: Int64, like earlier: RawRecordLayout?) throws -> RawRecordLayout {
        let file = SQLText.literal(page)
        let described = try self.connection.query(
            "SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(\(file)))"
        )
        let names = (0..<described.rowCount).map { described.columns[0][$0].text }
        let layout = try CSVHeader(names: names).layout(for: self.load.definition, origin: self.load.origin)
        if earlier == nil { try self.makeStage(layout) }
        let columns = names.map { "CAST(\(SQLText.identifier($0)) AS VARCHAR)" }.joined(separator: ", ")
        try self.connection.execute(
            "INSERT INTO martlet_stage SELECT \(offset) + file_row_number + 1, \(columns) "
                + "FROM read_parquet(\(file), file_row_number = true)"
        )
        return layout
    }

    // MARK: JSON

    /// SQL for the lines of a file, blank ones left out.
    private func lines(of page: String, rejects: String) -> String {
        """
        SELECT row_number() OVER () AS _n, line FROM read_csv(\(SQLText.literal(page)), auto_detect = false,
            delim = chr(1), quote = '', escape = '', header = false, columns = {'line': 'VARCHAR'}, nullstr = '',
            max_line_size = 16777216, compression = '\(self.compression(of: page))', store_rejects = true,
            rejects_table = '\(rejects)', rejects_scan = '\(rejects)_scans')
        """
    }

    private func records(of page: String, _ format: JSONFormat, index: Int) throws -> String {
        let text = try self.textFile(page, encoding: .utf8, index: index, isPlain: true)
        let list = format.records.isEmpty ? "content" : "json_extract(content, \(SQLText.literal(format.records)))"
        return "SELECT row_number() OVER () AS _n, line FROM (SELECT CAST(unnest(CAST(\(list) AS JSON[])) AS VARCHAR) "
            + "AS line FROM read_text(\(SQLText.literal(text))))"
    }

    /// SQL for the records of an XML document, which are rewritten as JSON lines.
    private func records(of page: String, _ format: XMLFormat, index: Int) throws -> String {
        let plain = try self.textFile(page, encoding: .utf8, index: index, isPlain: true)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: plain), options: .mappedIfSafe)
        let target = self.scratch + "/records-\(index)"
        try Data().write(to: URL(fileURLWithPath: target))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
        defer { try? file.close() }
        var lines = Data()
        do {
            let text = try XMLText.utf8(Array(bytes), format.encoding, origin: self.load.origin)
            try XMLRecords.forEachRecord(in: text, at: format.records) { record in
                lines.append(contentsOf: record.canonicalText.utf8)
                lines.append(0x0A)
                guard lines.count > 1 << 20 else { return }
                try file.write(contentsOf: lines)
                lines.removeAll(keepingCapacity: true)
            }
        } catch let fault as XMLFault {
            throw IngestError(
                .ingestInvalidXML,
                "'\(self.load.origin)' cannot be read as XML, page \(index + 1): \(fault.message)",
                underlying: fault
            )
        }
        try file.write(contentsOf: lines)
        return "SELECT row_number() OVER () AS _n, line FROM read_csv(\(SQLText.literal(target)), auto_detect = false, "
            + "delim = chr(1), quote = '', escape = '', header = false, columns = {'line': 'VARCHAR'}, nullstr = '', "
            + "max_line_size = 16777216)"
    }

    private func stage(json records: String, offset: Int64, _ earlier: RawRecordLayout?) throws -> RawRecordLayout {
        let columns = self.load.definition.columns
        let layout =
            earlier
            ?? RawRecordLayout(
                fieldNames: columns.map(\.rawName),
                fieldOfColumn: Array(columns.indices),
                undeclared: [],
                hasRecord: true
            )
        if earlier == nil { try self.makeStage(layout) }
        let values = columns.map { column -> String in
            let name = column.rawName
            let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
            let pointer = name.hasPrefix("/") ? name : "/" + escaped
            return "json_extract_string(line, \(SQLText.literal(pointer)))"
        }
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_page AS \(records);
            INSERT INTO martlet_held SELECT \(offset) + _n, 'malformed', NULL, 'INVALID JSON', json_object('line', line)
            FROM martlet_page WHERE line IS NOT NULL AND (NOT json_valid(line) OR json_type(line) <> 'OBJECT');
            INSERT INTO martlet_stage SELECT \(offset) + _n, \(values.joined(separator: ", ")), line
            FROM (SELECT * FROM martlet_page WHERE CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' END)
            ORDER BY _n;
            DROP TABLE martlet_page;
            """
        )
        return layout
    }

    // MARK: Bytes

    /// A file DuckDB can read as UTF-8: the page itself, or a rewritten copy.
    private func textFile(
        _ page: String,
        encoding: CSVFormat.TextEncoding,
        index: Int,
        isPlain: Bool = false
    ) throws -> String {
        guard encoding != .utf8 || isPlain else { return page }
        var text = page
        if self.compression(of: page) == "gzip" {
            let plain = self.scratch + "/plain-\(index)"
            try RawText.decompress(text, to: plain)
            text = plain
        }
        guard encoding == .cp949 else { return text }
        let target = self.scratch + "/text-\(index)"
        try RawText.transcode(text, to: target)
        return target
    }

    /// `gzip` or `none`, by the definition or by the first bytes.
    private func compression(of path: String) -> String {
        switch self.load.definition.compression {
        case .gzip: path.hasPrefix(self.scratch) ? "none" : "gzip"
        case .none: "none"
        case .automatic: Self.isGzip(path) ? "gzip" : "none"
        }
    }

    private static func isGzip(_ path: String) -> Bool { Self.start(of: path, 2) == Data([0x1F, 0x8B]) }

    /// The first `count` bytes of a file, or fewer.
    private static func start(of path: String, _ count: Int) -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else { return Data() }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: count)) ?? Data()
    }
}
