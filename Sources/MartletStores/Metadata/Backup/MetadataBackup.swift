import Foundation
import GRDB
package import MartletCore
import MartletEngines

/// Copies of a metadata database.
///
/// A backup is always an SQLite file with the metadata's own schema, whatever database it was taken from. So a backup of
/// either can be restored to either, which is also the way from a laptop to a server, and any SQLite program can read it.
package enum MetadataBackup {
    /// What was copied.
    package struct Report: Sendable {
        /// How many rows, over all tables.
        package let rowCount: Int64
        /// How many bytes the backup file has.
        package let byteCount: Int64
        /// Where the data lie that a restore replaced, or `nil` when there were none.
        package let replaced: String?
    }

    /// Writes the database at `place` to a new file at `path`, as it is at one moment; writers go on meanwhile.
    ///
    /// The file appears when it is whole, checked and durable.
    ///
    /// - Throws: `store.backupFailed` when a file is there already or the copy is not sound; what opening throws.
    package static func write(_ place: MetadataPlace, to path: String) async throws -> Report {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.backupFailed, "'\(path)' exists already; name a new file for the backup")
        }
        let temporary = path + ".part"
        try? FileManager.default.removeItem(atPath: temporary)
        do {
            let database = try place.open()
            defer { database.close() }
            let rowCount = try await self.copy(place, to: temporary)
            try self.check(temporary)
            try FileDurability.replace(path, with: temporary)
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
            return Report(rowCount: rowCount, byteCount: size?.int64Value ?? 0, replaced: nil)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw self.backupError(error, "back up \(place.description) to '\(path)'")
        }
    }

    /// Puts what the backup at `path` holds in place of what the database at `place` holds.
    ///
    /// The backup is checked and brought up to date in a copy first. Data that are there are kept aside: a file beside an
    /// SQLite file, a renamed schema in PostgreSQL.
    ///
    /// - Parameters:
    ///   - place: where to; a database that is not there is made.
    ///   - path: the backup.
    ///   - replaces: whether data that are there may be replaced.
    ///   - now: names what is kept aside.
    /// - Returns: what was restored, and where the old data lie.
    /// - Throws: `store.backupFailed`, `store.schemaTooNew`, `store.notOurDatabase`; then nothing was changed.
    package static func restore(
        _ place: MetadataPlace,
        from path: String,
        replaces: Bool,
        now: EventTime
    ) async throws -> Report {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.backupFailed, "the backup '\(path)' does not exist; check the path")
        }
        let copy = FileManager.default.temporaryDirectory.appending(path: "martlet-restore-\(UUID().uuidString)").path
        defer { self.remove(copy) }
        do {
            try self.prepare(path, as: copy, now)
            let hasData = try await self.hasData(place)
            guard !hasData || replaces else {
                throw StoreError(
                    .backupFailed,
                    "\(place.description) holds data already; repeat with --replace to put the backup in their place "
                        + "(they are kept aside)"
                )
            }
            let replaced = try await self.replace(place, with: copy, hasData ? self.stamp(now) : nil)
            let status = try MetadataStatus(of: .file(path: copy))
            let rowCount = status.tables.reduce(0) { $0 + $1.rowCount }
            return Report(rowCount: rowCount, byteCount: status.byteCount, replaced: replaced)
        } catch {
            throw self.backupError(error, "restore '\(path)' to \(place.description)")
        }
    }

    /// Copies a database of either kind into a new SQLite file, and returns how many rows it has.
    private static func copy(_ place: MetadataPlace, to path: String) async throws -> Int64 {
        switch place {
        case .file(let source): return try await self.copyFile(source, to: path)
        case .postgres:
            let dump = PostgresDump(place)
            return try await BlockingWork("martlet.backup", threadLimit: 1).run { try dump.write(to: path) }
        }
    }

    /// Puts the file `copy` in place of a database, and returns where the old data lie.
    private static func replace(
        _ place: MetadataPlace,
        with copy: String,
        _ stamp: String?
    ) async throws -> String? {
        switch place {
        case .file(let target): return try await self.replaceFile(target, with: copy, stamp)
        case .postgres:
            let restore = PostgresRestore(place)
            return try await BlockingWork("martlet.restore", threadLimit: 1)
                .run {
                    try restore.run(copy, keeping: stamp)
                }
        }
    }

    /// Copies an open SQLite file page by page, through SQLite's own backup.
    private static func copyFile(_ source: String, to target: String) async throws -> Int64 {
        let from = try DatabaseQueue(path: source)
        let to = try DatabaseQueue(path: target)
        try from.backup(to: to)
        // One file, without the log beside it.
        try await to.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        let count = try await to.read { database in
            try SQLiteTables(database).names
                .reduce(Int64(0)) { sum, name in
                    sum + (try Int64.fetchOne(database, sql: "SELECT count(*) FROM \"\(name)\"") ?? 0)
                }
        }
        try to.close()
        try from.close()
        return count
    }

    /// Overwrites the pages of an SQLite file in one transaction, which other programs that have it open see whole.
    private static func replaceFile(
        _ target: String,
        with copy: String,
        _ stamp: String?
    ) async throws -> String? {
        var aside: String?
        if let stamp {
            let path = target + ".before-restore-" + stamp
            _ = try await self.copyFile(target, to: path)
            try FileDurability.sync(path)
            aside = path
        }
        let database = try SQLiteMetadata(path: target, migrations: MetadataMigrations.all)
        try DatabaseQueue(path: copy).backup(to: database.pool)
        try await database.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        database.close()
        try FileDurability.sync(target)
        return aside
    }

    /// Checks a copy of the backup and brings it up to date; the backup itself stays as it is.
    ///
    /// The journal of changed runs starts at `now` in microseconds, which no counting reaches: a program that has the
    /// database open sees that all it knew of the runs is past.
    private static func prepare(_ path: String, as copy: String, _ now: EventTime) throws {
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let status = try self.status(of: copy, backup: path)
        guard !status.appliedSteps.isEmpty else {
            throw StoreError(.backupFailed, "'\(path)' is empty; a backup is made by `martlet db backup FILE`")
        }
        try self.check(copy)
        try MetadataPlace.file(path: copy).open().close()
        let queue = try DatabaseQueue(path: copy)
        try queue.write { database in
            try database.execute(sql: "DELETE FROM run_changes")
            try database.execute(sql: "INSERT INTO run_changes (seq, run) VALUES (?, 0)", arguments: [now.microseconds])
        }
        try queue.close()
    }

    /// What the copy holds of the backup at `path`.
    private static func status(of copy: String, backup path: String) throws(StoreError) -> MetadataStatus {
        do {
            return try MetadataStatus(of: .file(path: copy))
        } catch {
            guard error.code == .cannotOpenDatabase else { throw error }
            throw StoreError(
                .backupFailed,
                "'\(path)' cannot be read as a backup; it is no SQLite file, or it is damaged",
                underlying: error
            )
        }
    }

    /// Throws when SQLite finds the file damaged.
    private static func check(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        let faults = try queue.read { database in
            try String.fetchAll(database, sql: "PRAGMA integrity_check(5)").filter { $0 != "ok" }
                + Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(5)
                .map { "a row of '\($0[0] as String? ?? "?")' points at one that is missing" }
        }
        try queue.close()
        if let first = faults.first {
            throw StoreError(.backupFailed, "the copy is not sound: \(first)")
        }
    }

    /// Whether the database at `place` holds more than a new one does.
    private static func hasData(_ place: MetadataPlace) async throws -> Bool {
        let status = try MetadataStatus(of: place)
        guard status.exists else { return false }
        let new = FileManager.default.temporaryDirectory.appending(path: "martlet-empty-\(UUID().uuidString)").path
        defer { self.remove(new) }
        try MetadataPlace.file(path: new).open().close()
        let empty = Dictionary(uniqueKeysWithValues: try MetadataStatus(of: .file(path: new)).tables)
        return status.tables.contains { $0.rowCount > empty[$0.name, default: 0] }
    }

    /// Deletes an SQLite file and what lies beside it.
    private static func remove(_ path: String) {
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
    }

    /// The moment as part of a name, such as `20261121t083000`.
    private static func stamp(_ now: EventTime) -> String {
        String(now.description.lowercased().prefix(19).filter { $0.isLetter || $0.isNumber })
    }

    private static func backupError(_ error: any Error, _ attempt: String) -> any Error {
        if error is StoreError { return error }
        let reason = error is DatabaseError ? SQLiteMetadata.explain(error) : readableMessage(of: error)
        return StoreError(.backupFailed, "could not \(attempt): \(reason)", underlying: error)
    }
}

extension ErrorCode {
    /// A backup could not be made or restored.
    package static let backupFailed = ErrorCode("store.backupFailed")
}
