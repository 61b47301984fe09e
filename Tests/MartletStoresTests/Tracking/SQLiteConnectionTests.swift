import Foundation
import MartletCore
import Testing

@testable import MartletStores

/// Statements on an SQLite file.
struct SQLiteConnectionTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path

    @Test func `values come back as they were written`() async throws {
        let values: [SQLValue] = [
            .null, .integer(0), .integer(.min), .integer(.max), .real(0.1), .real(-.infinity),
            .real(.leastNonzeroMagnitude), .text(""),
            .text("서울 \u{0} a'b\"c"), .text(String(repeating: "é", count: 100_000)), .blob(Data()),
            .blob(Data([0, 255, 0])),
        ]
        let database = try MetadataDatabase(path: self.path)
        let found = try await database.write(to: "write values") { connection in
            try connection.run("CREATE TEMP TABLE kept (position INTEGER PRIMARY KEY, value ANY) STRICT", [])
            try connection.run(
                "INSERT INTO kept (position, value) VALUES (?, ?)",
                batch: values.enumerated().map { [$0.offset, $0.element] }
            )
            return try connection.rows("SELECT value FROM kept ORDER BY position", []).map { $0.values[0] }
        }
        #expect(found == values)
    }

    @Test(arguments: [0, 1, 31, 32, 33, 64, 1_000])
    func `a batch of any size is written whole`(count: Int) async throws {
        let database = try MetadataDatabase(path: self.path)
        let found = try await database.write(to: "write rows") { connection in
            try connection.run("CREATE TEMP TABLE kept (position INTEGER PRIMARY KEY, value TEXT) STRICT", [])
            try connection.run(
                "INSERT INTO kept (position, value) VALUES (?, ?)",
                batch: (0..<count).map { [$0, "v\($0)"] }
            )
            return try connection.rows("SELECT position, value FROM kept ORDER BY position", [])
                .map { "\($0[0] as Int) \($0[1] as String)" }
        }
        #expect(found == (0..<count).map { "\($0) v\($0)" })
    }

    @Test func `a statement with too few arguments is refused, and runs nothing`() async throws {
        let database = try MetadataDatabase(path: self.path)
        await #expect(throws: (any Error).self) {
            try await database.write(to: "write") { connection in
                try connection.run("INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)", [0, "k"])
            }
        }
        await #expect(throws: (any Error).self) {
            try await database.write(to: "write") { connection in
                try connection.run(
                    "INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)",
                    batch: [[0, "k", "v"], [0, "l"]]
                )
            }
        }
        let count = try await database.read(to: "count") { try $0.rows("SELECT key FROM experiment_tags", []).count }
        #expect(count == 0)
    }

    @Test func `a row that was kept does not change when the next is read`() async throws {
        let database = try MetadataDatabase(path: self.path)
        let rows = try await database.read(to: "read") { connection in
            var rows: [SQLRow] = []
            try connection.forEachRow("SELECT 1 AS a UNION SELECT 2 UNION SELECT 3", []) { rows.append($0) }
            return rows
        }
        #expect(rows.map { $0["a"] as Int } == [1, 2, 3])
    }
}
