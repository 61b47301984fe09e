import Foundation
import GRDB
import MartletCore
import MartletEngines
package import MartletTracking
package import NIOCore
import NIOFoundationCompat

/// The calls of a spool, in an SQLite file of its own; bodies of uploads are files beside it.
///
/// A call that was appended survives a crash of the machine. One process uses a folder at a time.
package final class SQLiteSpoolJournal: SpoolJournal {
    /// The folder of the file and of the uploads.
    package let folder: String
    private let queue: DatabaseQueue
    /// Held as long as the journal lives, so that two spools do not send the same calls.
    private let lock: FileLock?

    /// Opens the journal in `folder`, making it when it is not there.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - isReader: whether only to look, which may be done while a spool runs.
    /// - Throws: `spool.failed` when the folder cannot be used, or another spool uses it.
    package init(folder: String, isReader: Bool = false) throws(TrackingError) {
        self.folder = folder
        do {
            if !isReader { try FileDurability.makeFolder(folder + "/bodies") }
            self.lock = isReader ? nil : try FileLock.acquire(folder + "/lock")
            guard isReader || self.lock != nil else {
                throw TrackingError(.spoolFailed, "another spool uses '\(folder)'; stop it, or name another folder")
            }
            var configuration = Configuration()
            configuration.label = "martlet.spool"
            configuration.busyMode = .timeout(10)
            configuration.readonly = isReader
            let path = folder + "/spool.sqlite"
            guard !isReader else {
                self.queue = try DatabaseQueue(path: path, configuration: configuration)
                return
            }
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
            self.queue = try DatabaseQueue(path: path, configuration: configuration)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try self.queue.write { try $0.execute(sql: Self.schema) }
            try self.dropLostBodies()
        } catch let error as TrackingError {
            throw error
        } catch {
            throw Self.failed("open", folder, error)
        }
    }

    /// Deletes uploads that a crash left without their calls; they were never answered.
    private func dropLostBodies() throws {
        let kept = Set(
            try self.queue.read { try String.fetchAll($0, sql: "SELECT file FROM calls WHERE file IS NOT NULL") }
        )
        for name in try FileManager.default.contentsOfDirectory(atPath: self.folder + "/bodies") {
            let path = self.folder + "/bodies/" + name
            if !kept.contains(path) { try FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Writes the bytes of an upload to a file that survives a crash.
    ///
    /// - Returns: the path of the file.
    /// - Throws: what the bytes throw, `engine.file`; then no file is left.
    package func writeBody(_ pieces: some AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> String {
        let path = self.folder + "/bodies/" + UUID().uuidString.lowercased()
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw TrackingError(.spoolFailed, "could not make a file in '\(self.folder)'; check that it is writable")
        }
        do {
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            defer { try? file.close() }
            for try await piece in pieces { try file.write(contentsOf: Data(buffer: piece)) }
            try file.synchronize()
            try FileDurability.sync(self.folder + "/bodies")
            return path
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS calls (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            method TEXT NOT NULL,
            target TEXT NOT NULL,
            content_type TEXT,
            body BLOB,
            file TEXT,
            made_id TEXT,
            at INTEGER NOT NULL,
            status INTEGER,
            answer BLOB
        ) STRICT;
        CREATE INDEX IF NOT EXISTS calls_waiting ON calls (sequence) WHERE status IS NULL;
        CREATE TABLE IF NOT EXISTS names (local TEXT PRIMARY KEY, real TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS objects (
            kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS objects_by_name ON objects (kind, name) WHERE name IS NOT NULL;
        """

    package func append(
        _ call: SpooledCall,
        knowing objects: [SpoolObject]
    ) async throws(TrackingError) -> Int64 {
        try await self.write("keep a call") { database in
            let (bytes, file): (Data?, String?) =
                switch call.body {
                case .bytes(let data): (data, nil)
                case .file(let path): (nil, path)
                }
            try database.execute(
                sql: """
                    INSERT INTO calls (method, target, content_type, body, file, made_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [call.method, call.target, call.contentType, bytes, file, call.madeID, call.at.microseconds]
            )
            let sequence = database.lastInsertedRowID
            for object in objects { try Self.store(object, database) }
            return sequence
        }
    }

    package func first() async throws(TrackingError) -> SpooledCall? {
        try await self.read("read the next call") { database in
            try Row.fetchOne(database, sql: "SELECT * FROM calls WHERE status IS NULL ORDER BY sequence LIMIT 1")
                .map(Self.call)
        }
    }

    package func counts() async throws(TrackingError) -> (waiting: Int, refused: Int) {
        try await self.read("count the calls") { database in
            let row = try Row.fetchOne(database, sql: "SELECT count(*), count(status) FROM calls")
            let (all, refused): (Int, Int) = (row?[0] ?? 0, row?[1] ?? 0)
            return (waiting: all - refused, refused: refused)
        }
    }

    package func finish(_ call: SpooledCall, realID: String?) async throws(TrackingError) {
        try await self.write("note that a call was carried out") { database in
            try database.execute(sql: "DELETE FROM calls WHERE sequence = ?", arguments: [call.sequence])
            if let local = call.madeID, let realID {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO names (local, real) VALUES (?, ?)",
                    arguments: [local, realID]
                )
            }
        }
        self.discard(call)
    }

    package func discard(_ call: SpooledCall) {
        if case .file(let path) = call.body { try? FileManager.default.removeItem(atPath: path) }
    }

    package func refuse(_ call: SpooledCall, _ answer: SpoolAnswer) async throws(TrackingError) {
        try await self.write("set a call aside") { database in
            try database.execute(
                sql: "UPDATE calls SET status = ?, answer = ? WHERE sequence = ?",
                arguments: [answer.status, answer.body, call.sequence]
            )
        }
    }

    package func refusals(
        limit: Int
    ) async throws(TrackingError) -> [(call: SpooledCall, status: Int, answer: String)] {
        try await self.read("read the refused calls") { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM calls WHERE status IS NOT NULL ORDER BY sequence LIMIT ?",
                arguments: [limit]
            )
            .map { row in
                let answer: Data = row["answer"] ?? Data()
                return (call: Self.call(row), status: row["status"], answer: String(decoding: answer, as: UTF8.self))
            }
        }
    }

    package func names() async throws(TrackingError) -> [String: String] {
        try await self.read("read the names") { database in
            let rows = try Row.fetchAll(database, sql: "SELECT local, real FROM names")
            return Dictionary(rows.map { ($0[0] as String, $0[1] as String) }) { first, _ in first }
        }
    }

    package func object(_ kind: SpoolObject.Kind, _ id: String) async throws(TrackingError) -> SpoolObject? {
        try await self.read("look up what is known") { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT * FROM objects WHERE kind = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC LIMIT 1",
                arguments: [kind.rawValue, id, id, id]
            )
            guard let row else { return nil }
            let value = try JSONValue(parsing: Data((row["value"] as String).utf8))
            return SpoolObject(kind: kind, id: row["id"], name: row["name"], value: value)
        }
    }

    package func waitingCalls(mentioning text: String) async throws(TrackingError) -> [SpooledCall] {
        try await self.read("look through the calls") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM calls WHERE status IS NULL
                    AND (instr(target, ?1) > 0 OR instr(coalesce(body, x''), CAST(?1 AS BLOB)) > 0) ORDER BY sequence
                    """,
                arguments: [text]
            )
            .map(Self.call)
        }
    }

    package func remember(_ object: SpoolObject) async throws(TrackingError) {
        try await self.write("keep what is known") { try Self.store(object, $0) }
    }

    private static func store(_ object: SpoolObject, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO objects (kind, id, name, value) VALUES (?, ?, ?, ?)",
            arguments: [object.kind.rawValue, object.id, object.name, object.value.canonicalText]
        )
    }

    private static func call(_ row: Row) -> SpooledCall {
        let file: String? = row["file"]
        let bytes: Data? = row["body"]
        return SpooledCall(
            sequence: row["sequence"],
            method: row["method"],
            target: row["target"],
            contentType: row["content_type"],
            body: file.map { .file($0) } ?? .bytes(bytes ?? Data()),
            madeID: row["made_id"],
            at: EventTime(microseconds: row["at"])
        )
    }

    private func read<Result: Sendable>(
        _ attempt: String,
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.queue.read(body)
        } catch {
            throw Self.failed(attempt, self.folder, error)
        }
    }

    private func write<Result: Sendable>(
        _ attempt: String,
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.queue.write(body)
        } catch {
            throw Self.failed(attempt, self.folder, error)
        }
    }

    private static func failed(_ attempt: String, _ folder: String, _ error: any Error) -> TrackingError {
        TrackingError(
            .spoolFailed,
            "could not \(attempt) in the spool '\(folder)': \(SQLiteMetadata.explain(error)); check that the folder is "
                + "writable and the disk is not full",
            underlying: error
        )
    }
}
