import Foundation
package import MartletCore
package import MartletEngines
package import MartletIngest

/// Reads the rows of a PostgreSQL query as JSON lines, in one read-only snapshot.
///
/// With a cursor column, each load takes the rows beyond the greatest cursor of the last one. PostgreSQL compares and
/// writes the cursor, so any type that it orders works; rows without a cursor would never be read, so they are an error.
package struct PostgresSourceFetcher: SourceFetcher {
    private let locator: EngineLocator
    private let spoolFolder: String
    private static let work = BlockingWork("martlet.source.postgres", threadLimit: 4)

    /// Takes what finds libpq, and the folder that holds rows while they are read.
    package init(locator: EngineLocator, spoolFolder: String) {
        self.locator = locator
        self.spoolFolder = spoolFolder
    }

    package func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        guard case .postgres(let origin) = definition.location.place else { return [] }
        let address = try PostgresAddress(origin.url.text, locator: self.locator)
        return [SourceOffer(.whole, origin: "postgres \(address.description)")]
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        guard case .postgres(let origin) = definition.location.place else { return FetchResult(isEmpty: true) }
        let spool = try FetchSpool(below: self.spoolFolder)
        defer { spool.remove() }
        let (locator, location, name) = (self.locator, definition.location, definition.name)
        let path = spool.path("rows")
        let read = try await Self.work.run {
            let reading = PostgresReading(origin: origin, location: location, source: name)
            return try reading.run(since: watermark, to: path, locator: locator)
        }
        guard read.rowCount > 0 else { return FetchResult(isEmpty: true) }
        try spool.send("rows", to: receiver)
        return FetchResult(watermark: read.watermark)
    }
}

/// One reading of a query into a file.
private struct PostgresReading {
    let origin: PostgresOrigin
    let location: SourceOrigin
    let source: String

    func run(
        since watermark: String?,
        to path: String,
        locator: EngineLocator
    ) throws -> (
        rowCount: Int, watermark: String?
    ) {
        let connection = try PostgresConnection(
            try PostgresAddress(self.origin.url.text, locator: locator),
            applicationName: "martlet-ingest",
            locator: locator
        )
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try connection.execute("SET LOCAL statement_timeout = \(self.location.timeout.microseconds / 1_000)")
        try connection.execute("SET LOCAL TimeZone = 'UTC'")
        try self.refuseEmptyCursors(connection)
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw IngestError(.ingestFailed, "cannot write '\(path)'; check that the disk has room")
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var pending = Data()
        var written = 0
        var rowCount = 0
        var last = watermark
        let type = watermark == nil ? nil : try self.cursorType(connection)
        let values: [PostgresValue] = type == nil ? [] : [.text(watermark ?? "")]
        try connection.forEachRow(self.sql(since: type), values) { row in
            guard case .text(let record) = row[0] else { return }
            pending.append(contentsOf: record.utf8)
            pending.append(0x0A)
            rowCount += 1
            if row.count > 1, case .text(let cursor) = row[1] { last = cursor }
            if pending.count > 1 << 20 {
                written += pending.count
                try self.check(written)
                try file.write(contentsOf: pending)
                pending.removeAll(keepingCapacity: true)
            }
        }
        try self.check(written + pending.count)
        try file.write(contentsOf: pending)
        try connection.execute("COMMIT")
        return (rowCount, last)
    }

    private var cursor: String? {
        self.origin.cursor.map { "q.\"" + $0.replacing("\"", with: "\"\"") + "\"" }
    }

    private func sql(since type: String?) -> String {
        guard let cursor = self.cursor else { return "SELECT row_to_json(q)::text FROM (\(self.origin.query)) AS q" }
        let condition = type.map { " WHERE \(cursor) > CAST($1 AS \($0))" } ?? ""
        return "SELECT row_to_json(q)::text, \(cursor)::text FROM (\(self.origin.query)) AS q\(condition) "
            + "ORDER BY \(cursor)"
    }

    /// The type of the cursor as PostgreSQL writes it; `nil` when the query has no rows.
    private func cursorType(_ connection: PostgresConnection) throws -> String? {
        guard let cursor = self.cursor else { return nil }
        let rows = try connection.execute(
            "SELECT pg_typeof(\(cursor))::text FROM (\(self.origin.query)) AS q LIMIT 1"
        )
        return rows.first?.first ?? nil
    }

    private func refuseEmptyCursors(_ connection: PostgresConnection) throws {
        guard let cursor = self.cursor, let name = self.origin.cursor else { return }
        let rows = try connection.execute("SELECT count(*) FROM (\(self.origin.query)) AS q WHERE \(cursor) IS NULL")
        guard let count = rows.first?.first ?? nil, count != "0" else { return }
        throw IngestError(
            .ingestFetchFailed,
            "\(count) rows of the query of source '\(self.source)' have no value in the cursor '\(name)' and would never "
                + "be read; leave them out in the query, or use another column",
            mayPass: false
        )
    }

    private func check(_ byteCount: Int) throws {
        guard byteCount > self.location.sizeLimitMegabytes * 1_048_576 else { return }
        throw IngestError(
            .ingestTooLarge,
            "the query of source '\(self.source)' gives more than \(self.location.sizeLimitMegabytes) MB; raise "
                + "'size_limit_mb' if that is right",
            mayPass: false
        )
    }
}
