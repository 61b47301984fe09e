import Foundation
import MartletCore
import MartletEngines
import MartletTesting
import Testing

/// libpq against a real server.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL is not installed; run scripts/setup-clients"))
struct PostgresTests {
    private func connect() throws -> PostgresConnection {
        try PostgresConnection(try PostgresServer.shared.get().address(), locator: .ofProcess())
    }

    /// A connection with a table of its own that has every type.
    private func table() throws -> (PostgresConnection, String) {
        let connection = try self.connect()
        let name = PostgresServer.uniqueName()
        try connection.execute(
            "CREATE TABLE \(name) (id bigint PRIMARY KEY, real double precision, text text, bytes bytea)"
        )
        return (connection, name)
    }

    private static let rows: [[PostgresValue]] = [
        [.integer(.min), .real(-0.0), .text(""), .bytes([])],
        [.integer(.max), .real(.infinity), .text("집값 'x' \"y\" \\ \n"), .bytes([0, 255, 10])],
        [.integer(0), .null, .null, .null],
        [.integer(1), .real(.leastNonzeroMagnitude), .text("$1 ?"), .bytes(Array(0...255))],
    ]

    @Test func `values come back as they went`() throws {
        let (connection, name) = try self.table()
        for row in Self.rows { try connection.query("INSERT INTO \(name) VALUES ($1, $2, $3, $4)", row) }
        let result = try connection.query("SELECT id, real, text, bytes FROM \(name)")
        #expect(result.columns == ["id", "real", "text", "bytes"])
        #expect((0..<result.rowCount).map(result.row) == Self.rows)
        let nan = try connection.query("SELECT $1::double precision", [.real(.nan)]).value(0, 0)
        guard case .real(let value) = nan else { throw PostgresServerError.failed("no real") }
        #expect(value.isNaN)
    }

    @Test func `decimals, small integers, truth values and names are read`() throws {
        let row = try self.connect()
            .query(
                """
                SELECT sum(x)::numeric AS a, 1::int2 AS b, 2 AS c, true AS d, 12345678901234567890::numeric AS e,
                    -1234.5678::numeric AS f, 0.00001::numeric AS g, 0::numeric AS h, 'NaN'::numeric AS i,
                    'pg_class'::name AS j, 1.5::float4 AS k, -20000::numeric AS l, (-9223372036854775808)::numeric AS m
                FROM generate_series(1, 100000) s(x)
                """
            )
            .row(0)
        #expect(
            row.enumerated().filter { $0.offset != 8 }.map(\.element) == [
                .integer(5_000_050_000), .integer(1), .integer(2), .integer(1), .real(12_345_678_901_234_567_168),
                .real(-1234.5678), .real(0.00001), .integer(0), .text("pg_class"), .real(1.5), .integer(-20_000),
                .integer(.min),
            ]
        )
        guard case .real(let value) = row[8] else { throw PostgresServerError.failed("no real") }
        #expect(value.isNaN)
    }

    @Test func `random decimals are read to the last digit`() throws {
        let connection = try self.connect()
        var generator = SplitMix64(seed: 3)
        for _ in 0..<300 {
            let whole =
                Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0...62, using: &generator)
            let number =
                Double.random(in: -1...1, using: &generator) * pow(10, .random(in: -20...20, using: &generator))
            let row = try connection.query("SELECT '\(whole)'::numeric, '\(number)'::numeric").row(0)
            #expect(row[0] == .integer(whole))
            switch row[1] {
            // A whole number comes with the digits of its text, of which the double may be the nearest only.
            case .integer(let digits): #expect(Double(digits) == number)
            case let other: #expect(other == .real(number))
            }
        }
    }

    @Test func `a type that is not read names its column`() throws {
        let error = #expect(throws: PostgresError.self) { try self.connect().query("SELECT now() AS moment") }
        #expect(error?.code == .postgresBadInput)
        #expect(error?.message.contains("'moment'") == true)
    }

    @Test func `a statement prepared for a null takes a value later`() throws {
        let (connection, name) = try self.table()
        let sql = "INSERT INTO \(name) (id, text, real) VALUES ($1, $2, $3)"
        try connection.query(sql, [.integer(1), .null, .null])
        try connection.query(sql, [.integer(2), .text("b"), .null])
        try connection.query(sql, [.integer(3), .null, .real(1)])
        try connection.query(sql, [.integer(4), .text("d"), .real(2)])
        #expect(try connection.query("SELECT count(text) + count(real) FROM \(name)").value(0, 0) == .integer(4))
    }

    @Test func `a batch changes all of its rows, or none in a transaction`() throws {
        let (connection, name) = try self.table()
        let sql = "INSERT INTO \(name) (id, text) VALUES ($1, $2)"
        let rows: [[PostgresValue]] = (0..<1_234).map { [.integer($0), $0 % 3 == 0 ? .null : .text("v\($0)")] }
        #expect(try connection.run(sql, batch: rows) == 1_234)
        try connection.execute("BEGIN; SAVEPOINT a")
        let more: [[PostgresValue]] = (2_000..<3_000).map { [.integer($0 == 2_900 ? 5 : $0), .text("x")] }
        let error = #expect(throws: PostgresError.self) { try connection.run(sql, batch: more) }
        #expect(error?.sqlState == "23505")
        #expect(error?.message.contains("(5)") == false)
        try connection.execute("ROLLBACK TO a; COMMIT")
        #expect(try connection.query("SELECT count(*) FROM \(name)").value(0, 0) == .integer(1_234))
    }

    @Test func `rows are copied in whole or not at all, and read one by one`() throws {
        let (connection, name) = try self.table()
        var left = 20_000
        let count = try connection.copy(into: "\(name) (id, real, text, bytes)") {
            left -= 1
            return left < 0 ? nil : [.integer(Int64(left)), .real(Double(left)), .text("행 \(left)"), .null]
        }
        #expect(count == 20_000)
        var sum: Int64 = 0
        try connection.forEachRow("SELECT id, text FROM \(name) WHERE id >= $1", [.integer(10_000)]) { row in
            guard case .integer(let id) = row[0] else { return }
            #expect(row[1] == .text("행 \(id)"))
            sum += id
        }
        #expect(sum == (10_000..<20_000).reduce(0, +))
        struct Enough: Error {}
        #expect(throws: Enough.self) { try connection.forEachRow("SELECT id FROM \(name)") { _ in throw Enough() } }
        #expect(throws: Enough.self) { try connection.copy(into: "\(name) (id)") { throw Enough() } }
        let error = #expect(throws: PostgresError.self) {
            var ids: [Int64] = [1, 1_000_000]
            try connection.copy(into: "\(name) (id)") { ids.popLast().map { [.integer($0)] } }
        }
        #expect(error?.sqlState == "23505")
        #expect(try connection.query("SELECT count(*) FROM \(name)").value(0, 0) == .integer(20_000))
    }

    @Test func `more statements than are kept prepared work`() throws {
        let connection = try self.connect()
        for round in 0..<2 {
            for number in 0..<600 {
                #expect(try connection.query("SELECT \(number)", []).value(0, 0) == .integer(Int64(number)), "\(round)")
            }
        }
    }

    @Test func `a statement is stopped from another thread`() throws {
        let connection = try self.connect()
        let canceller = try connection.canceller()
        let process = try connection.query("SELECT pg_backend_pid()").value(0, 0)
        Thread.detachNewThread {
            // Waits until the statement runs, as the server sees it.
            guard let watcher = try? self.connect() else { return }
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%pg_sleep%'"
            while (try? watcher.query(sql, [process]).value(0, 0)) == .integer(0) { sched_yield() }
            canceller.cancel()
        }
        let error = #expect(throws: PostgresError.self) { try connection.query("SELECT pg_sleep(60)") }
        #expect(error?.code == .postgresCancelled)
        #expect(try connection.query("SELECT 1").value(0, 0) == .integer(1))
    }

    @Test func `remarks of the server are kept, not printed`() throws {
        let connection = try self.connect()
        try connection.execute("DROP TABLE IF EXISTS never_there")
        #expect(connection.takeNotices().joined().contains("never_there"))
        #expect(connection.takeNotices().isEmpty)
    }

    @Test func `errors tell the reason and no values`() throws {
        let (connection, name) = try self.table()
        let error = #expect(throws: PostgresError.self) { try connection.query("SELECT nothing FROM \(name)") }
        #expect(error?.code == .postgresFailed)
        #expect(error?.message.contains("SQLSTATE 42703") == true)
        let value = #expect(throws: PostgresError.self) {
            try connection.query("SELECT $1::text::bigint", [.text("geheim")])
        }
        #expect(value?.sqlState == "22P02")
        #expect(value?.message.contains("geheim") == false)
        #expect(try connection.query("SELECT 1").rowCount == 1)
    }

    @Test(arguments: [
        "postgresql://locked:wrong-pass@/martlet?host=HERE", "postgresql://locked@/martlet?host=HERE",
        "postgresql://martlet:wrong-pass@/nothing?host=HERE", "postgresql://martlet:wrong-pass@/x?host=/nowhere",
        "postgresql://martlet:wrong-pass@127.0.0.1:1/x?connect_timeout=2", "postgresql://a:wrong-pass@h:port/x",
        "postgresql://a:wrong-pass@h/x?nonsense=1", "mysql://a:wrong-pass@h/x",
    ])
    func `no error quotes a password`(uri: String) throws {
        let server = try PostgresServer.shared.get()
        let error = #expect(throws: PostgresError.self) {
            let address = try PostgresAddress(
                uri.replacingOccurrences(of: "HERE", with: server.folder),
                locator: .ofProcess()
            )
            #expect(!address.description.contains("wrong-pass"))
            _ = try PostgresConnection(address, locator: .ofProcess())
        }
        #expect(error?.message.contains("wrong-pass") == false)
        let isReachable = uri.contains("HERE")
        let isReadable = uri.hasPrefix("postgresql") && !uri.contains("port") && !uri.contains("nonsense")
        let unreachable: ErrorCode = isReadable ? .postgresUnreachable : .postgresBadInput
        #expect(error?.code == (isReachable ? .postgresRefused : unreachable), "\(uri): \(error?.message ?? "none")")
    }

    @Test func `the right password opens the door`() throws {
        let server = try PostgresServer.shared.get()
        let address = try PostgresAddress(
            "postgresql://locked:geheim-42@/martlet?host=\(server.folder)",
            locator: .ofProcess()
        )
        let connection = try PostgresConnection(address, locator: .ofProcess())
        #expect(try connection.query("SELECT current_user").value(0, 0) == .text("locked"))
        #expect(connection.serverVersion >= 150_000)
    }

    @Test func `a server that dies is told, and can be reached again`() throws {
        let server = try PostgresServer()
        let connection = try PostgresConnection(server.address(), locator: .ofProcess())
        try connection.execute("CREATE TABLE t (x bigint)")
        try connection.query("INSERT INTO t VALUES ($1)", [.integer(1)])
        try server.crash()
        let error = #expect(throws: PostgresError.self) { try connection.query("INSERT INTO t VALUES (2)") }
        #expect(error?.code == .postgresConnectionLost)
        #expect(error?.isConnectionLost == true)
        let again = #expect(throws: PostgresError.self) {
            try connection.run("INSERT INTO t VALUES ($1)", batch: [[.integer(2)], [.integer(3)]])
        }
        #expect(again?.isConnectionLost == true)
        #expect(!connection.isOpen)
        let refused = #expect(throws: PostgresError.self) {
            try PostgresConnection(server.address(), locator: .ofProcess())
        }
        #expect(refused?.code == .postgresUnreachable)
        try server.start()
        let new = try PostgresConnection(server.address(), locator: .ofProcess())
        #expect(try new.query("SELECT count(*) FROM t").value(0, 0) == .integer(1))
    }
}
