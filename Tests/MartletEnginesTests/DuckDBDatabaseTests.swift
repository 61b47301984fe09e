import Foundation
import MartletCore
import MartletEngines
import Testing

struct DuckDBDatabaseTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "duckdb-\(UUID().uuidString)").path

    @Test func `a file is reopened with its rows, and reading only refuses to write`() throws {
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: self.folder) }
        let path = self.folder + "/w.duckdb"
        for _ in 0..<3 {
            let database = try DuckDBDatabase(path: path, options: ["threads": "2"], locator: .ofProcess())
            let connection = try database.connect()
            try connection.execute("CREATE TABLE IF NOT EXISTS t (a INTEGER); INSERT INTO t VALUES (1)")
            database.close()
            database.close()
            #expect(throws: EngineError.self) { try database.connect() }
        }
        let database = try DuckDBDatabase(path: path, readOnly: true, locator: .ofProcess())
        let connection = try database.connect()
        #expect(try connection.query("SELECT count(*) AS n FROM t").row(0) == [.int64(3)])
        #expect(throws: EngineError.self) { try connection.execute("INSERT INTO t VALUES (2)") }
        #expect(database.version.hasPrefix("v"))
    }

    @Test func `an unknown setting and a missing folder are told`() throws {
        let setting = #expect(throws: EngineError.self) {
            try DuckDBDatabase(path: nil, options: ["no_such": "1"], locator: .ofProcess())
        }
        #expect(setting?.code == .engineBadInput, "\(setting?.message ?? "")")
        #expect(setting?.message.contains("no_such") == true)
        let missing = #expect(throws: EngineError.self) {
            try DuckDBDatabase(path: self.folder + "/none/w.duckdb", locator: .ofProcess())
        }
        #expect(missing?.code == .engineFailed)
    }
}
