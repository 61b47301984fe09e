import Foundation
import GRDB
package import MartletCore
package import MartletFeatures

/// The online store in a SQLite file of its own, in WAL mode, so that serving reads while a materialization writes.
package final class SQLiteOnlineStore: OnlineStore {
    let pool: DatabasePool

    /// Opens the file at `path`, making it and its folder when they are not there.
    ///
    /// - Throws: `store.cannotOpen`.
    package init(path: String) throws(StoreError) {
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            var configuration = Configuration()
            configuration.label = "martlet.online"
            configuration.busyMode = .timeout(30)
            configuration.maximumReaderCount = 4
            self.pool = try DatabasePool(path: path, configuration: configuration)
            try Self.migrator.migrate(self.pool)
        } catch {
            throw StoreError(
                .cannotOpenDatabase,
                "the online store '\(path)' cannot be opened: \(SQLiteMetadata.explain(error)); check that the folder "
                    + "is writable and the disk is not full",
                underlying: error
            )
        }
    }

    package func read(_ view: OnlineViewIdentity, keys: [EntityKey]) async throws -> [OnlineRow?] {
        try await self.pool.read { database in
            guard let id = try Self.id(of: view, in: database) else { return keys.map { _ in nil } }
            return try keys.map { key in
                try Row.fetchOne(
                    database,
                    sql: "SELECT event, created, packed FROM online_rows WHERE view = ? AND entity = ?",
                    arguments: [id, key.text]
                )
                .flatMap { row in
                    let packed: Data? = row[2]
                    return try packed.map { try Self.row($0, event: row[0], created: row[1]) }
                }
            }
        }
    }

    package func write(
        _ entries: [OnlineEntry],
        to view: OnlineViewIdentity,
        state: MaterializationState
    ) async throws -> Int {
        try await self.pool.write { database in
            let id = try Self.makeID(of: view, in: database)
            var sequence = try Int64.fetchOne(database, sql: "SELECT last FROM online_sequence") ?? 0
            let first = sequence
            for entry in entries {
                if try Self.write(entry, view: id, generation: state.generation, sequence: sequence + 1, in: database) {
                    sequence += 1
                }
            }
            if state.lastKey == nil {
                let old = try String.fetchAll(
                    database,
                    sql: "SELECT entity FROM online_rows WHERE view = ? AND generation < ? AND packed IS NOT NULL",
                    arguments: [id, state.generation]
                )
                for key in old {
                    sequence += 1
                    try database.execute(
                        sql: """
                            UPDATE online_rows SET packed = NULL, sequence = ?, generation = ?
                            WHERE view = ? AND entity = ?
                            """,
                        arguments: [sequence, state.generation, id, key]
                    )
                }
            }
            try database.execute(sql: "UPDATE online_sequence SET last = ?", arguments: [sequence])
            try database.execute(
                sql: "UPDATE online_views SET state = ? WHERE id = ?",
                arguments: [try JSONValue(encoding: state).canonicalText, id]
            )
            return Int(sequence - first)
        }
    }

    package func materializationState(of view: OnlineViewIdentity) async throws -> MaterializationState? {
        try await self.pool.read { database in
            let text = try String.fetchOne(
                database,
                sql: "SELECT state FROM online_views WHERE name = ? AND fingerprint = ?",
                arguments: [view.name, view.fingerprint.description]
            )
            return try text.map { try JSONDecoder().decode(MaterializationState.self, from: Data($0.utf8)) }
        }
    }

    package func changes(
        of view: OnlineViewIdentity,
        since sequence: Int64,
        limit: Int
    ) async throws -> OnlineChanges {
        try await self.pool.read { database in
            guard let id = try Self.id(of: view, in: database) else {
                return OnlineChanges(changes: [], sequence: sequence, hasMore: false)
            }
            let statement = try database.cachedStatement(
                sql: """
                    SELECT entity, sequence, event, created, packed FROM online_rows
                    WHERE view = ? AND sequence > ? ORDER BY sequence LIMIT ?
                    """
            )
            let rows = try Row.fetchCursor(statement, arguments: [id, sequence, limit])
            var changes: [OnlineChanges.Change] = []
            changes.reserveCapacity(min(limit, 10_000))
            var last = sequence
            while let row = try rows.next() {
                last = row[1]
                let packed: Data? = row[4]
                changes.append(
                    OnlineChanges.Change(
                        key: EntityKey(text: row[0]),
                        row: try packed.map { try Self.row($0, event: row[2], created: row[3]) }
                    )
                )
            }
            return OnlineChanges(changes: changes, sequence: last, hasMore: changes.count == limit)
        }
    }

    package func count(_ view: OnlineViewIdentity) async throws -> Int {
        try await self.pool.read { database in
            guard let id = try Self.id(of: view, in: database) else { return 0 }
            return try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM online_rows WHERE view = ? AND packed IS NOT NULL",
                arguments: [id]
            ) ?? 0
        }
    }

    /// Writes one row where it supersedes the one there; returns whether anything a reader sees has changed.
    private static func write(
        _ entry: OnlineEntry,
        view: Int64,
        generation: Int64,
        sequence: Int64,
        in database: Database
    ) throws -> Bool {
        let packed = OnlineRowCodec.encode(entry.row.values)
        let event = entry.row.eventTime.microseconds
        let created = entry.row.createdTime.microseconds
        let select = try database.cachedStatement(
            sql: "SELECT event, created, packed, generation FROM online_rows WHERE view = ? AND entity = ?"
        )
        if let old = try Row.fetchOne(select, arguments: [view, entry.key.text]), let bytes = old["packed"] as Data? {
            let oldEvent: Int64 = old["event"]
            let oldCreated: Int64 = old["created"]
            let isRefresh = (old["generation"] as Int64) < generation
            if !isRefresh, (event, created) < (oldEvent, oldCreated) { return false }
            if (event, created) == (oldEvent, oldCreated), bytes == packed {
                if isRefresh {
                    try database.execute(
                        sql: "UPDATE online_rows SET generation = ? WHERE view = ? AND entity = ?",
                        arguments: [generation, view, entry.key.text]
                    )
                }
                return false
            }
        }
        let insert = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO online_rows (view, entity, event, created, generation, sequence, packed)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        )
        try insert.execute(arguments: [view, entry.key.text, event, created, generation, sequence, packed])
        return true
    }

    private static func row(_ packed: Data, event: Int64, created: Int64) throws -> OnlineRow {
        guard let values = OnlineRowCodec.decode(packed) else {
            throw StoreError(
                .onlineRowDamaged,
                "a row of the online store cannot be read; run 'martlet features materialize --full-refresh'"
            )
        }
        return OnlineRow(
            eventTime: EventTime(microseconds: event),
            createdTime: EventTime(microseconds: created),
            values: values
        )
    }

    private static func id(of view: OnlineViewIdentity, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: "SELECT id FROM online_views WHERE name = ? AND fingerprint = ?",
            arguments: [view.name, view.fingerprint.description]
        )
    }

    private static func makeID(of view: OnlineViewIdentity, in database: Database) throws -> Int64 {
        if let id = try self.id(of: view, in: database) { return id }
        try database.execute(
            sql: "INSERT INTO online_views (name, fingerprint) VALUES (?, ?)",
            arguments: [view.name, view.fingerprint.description]
        )
        return database.lastInsertedRowID
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-online-rows") { database in
            try database.execute(
                sql: """
                    CREATE TABLE online_views (
                        id INTEGER PRIMARY KEY, name TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT,
                        UNIQUE (name, fingerprint)
                    ) STRICT;
                    CREATE TABLE online_rows (
                        view INTEGER NOT NULL REFERENCES online_views (id), entity TEXT NOT NULL,
                        event INTEGER NOT NULL, created INTEGER NOT NULL, generation INTEGER NOT NULL,
                        sequence INTEGER NOT NULL, packed BLOB,
                        PRIMARY KEY (view, entity)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX online_rows_by_sequence ON online_rows (view, sequence);
                    CREATE TABLE online_sequence (last INTEGER NOT NULL) STRICT;
                    INSERT INTO online_sequence VALUES (0);
                    """
            )
        }
        return migrator
    }
}

extension ErrorCode {
    /// A row of the online store is not one that was written there.
    package static let onlineRowDamaged = ErrorCode("store.onlineRowDamaged")
}
