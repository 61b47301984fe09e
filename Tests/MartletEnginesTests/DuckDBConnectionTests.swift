import Foundation
import MartletCore
import MartletEngines
import Testing

struct DuckDBConnectionTests {
    private let database: DuckDBDatabase
    private let connection: DuckDBConnection

    init() throws {
        self.database = try DuckDBDatabase(path: nil, locator: .ofProcess())
        self.connection = try self.database.connect()
    }

    @Test func `every type of a row arrives as Martlet's type`() throws {
        let batch = try self.connection.query(
            """
            SELECT true AS b, 7::TINYINT AS tiny, -5::INTEGER AS i, 9::UBIGINT AS u, 12::HUGEINT AS h, 1.5::FLOAT AS f,
              2.25 AS dec, 'seoul' AS s, '서울특별시 강남구 역삼동' AS long, DATE '2023-05-23' AS d,
              TIMESTAMP '2023-05-23 10:15:00.5' AS t, TIMESTAMPTZ '2023-05-23 10:15:00+09' AS tz,
              'x'::ENUM('w','x') AS e, '0192f0d4-1111-7abc-8def-000000000001'::UUID AS id, NULL::VARCHAR AS missing
            """
        )
        #expect(
            batch.row(0) == [
                .boolean(true), .int64(7), .int64(-5), .int64(9), .int64(12), .float64(1.5), .float64(2.25),
                .string("seoul"), .string("서울특별시 강남구 역삼동"),
                .time(EventTime(microseconds: 1_684_800_000_000_000)),
                .time(EventTime(microseconds: 1_684_836_900_500_000)),
                .time(EventTime(microseconds: 1_684_804_500_000_000)), .string("x"),
                .string("0192f0d4-1111-7abc-8def-000000000001"), .null,
            ]
        )
        #expect(batch.schema.type(of: "d") == .date)
        #expect(batch.schema.type(of: "t") == .timestamp)
    }

    @Test func `wide integers become doubles only when one does not fit`() throws {
        let sum = try self.connection.query("SELECT sum(i) AS s FROM range(-10, 1) r(i)")
        #expect(sum.row(0) == [.int64(-55)])
        let wide = try self.connection.query(
            "SELECT * FROM (VALUES (18446744073709551615::UBIGINT), (1::UBIGINT), (NULL)) v(u)"
        )
        #expect(wide["u"] == Column(.float64([18_446_744_073_709_551_616, 1, 0]), validity: [true, true, false]))
        let negative = try self.connection.query("SELECT -170141183460469231731687303715884105727::HUGEINT AS h")
        #expect(negative.row(0) == [.float64(-1.7014118346046923e38)])
        #expect(try self.connection.query("SELECT -1::HUGEINT AS h").row(0) == [.int64(-1)])
    }

    @Test func `parameters of every type are bound by place`() throws {
        let moment = EventTime(microseconds: 1_684_836_900_500_001)
        let batch = try self.connection.query(
            "SELECT ? AS a, ? AS b, ? AS c, ? AS d, ?::TIMESTAMP AS e, ? IS NULL AS f",
            [.int64(1), .float64(2.5), .string("o'neil"), .boolean(true), .time(moment), .null]
        )
        #expect(
            batch.row(0) == [
                .int64(1), .float64(2.5), .string("o'neil"), .boolean(true), .time(moment), .boolean(true),
            ]
        )
        #expect(throws: EngineError.self) { try self.connection.query("SELECT ?", [.int64(1), .int64(2)]) }
    }

    @Test func `appended rows come back the same, over several chunks, with missing cells`() throws {
        let count = 5_000
        let schema = Schema([
            Field("b", .boolean), Field("i", .int64), Field("f", .float64), Field("s", .string), Field("d", .date),
            Field("t", .timestamp),
        ])
        let rows = (0..<count)
            .map { row -> [Value] in
                let time = EventTime(microseconds: Int64(row - 2_500) * 86_400_000_000)
                let full: [Value] = [
                    .boolean(row.isMultiple(of: 2)), .int64(Int64(row)), .float64(Double(row) / 3),
                    .string(row.isMultiple(of: 5) ? "" : "가나다 \(row) and a longer text"), .time(time), .time(time),
                ]
                return full.enumerated().map { (row + $0.offset).isMultiple(of: 7) ? .null : $0.element }
            }
        let batch = ColumnBatch(schema: schema, rows: rows)
        try self.connection.execute("CREATE TABLE t (b BOOLEAN, i BIGINT, f DOUBLE, s VARCHAR, d DATE, t TIMESTAMP)")
        try self.connection.append(batch, to: "t")
        #expect(try self.connection.query("SELECT * FROM t ORDER BY rowid") == batch)
    }

    @Test func `appended columns are matched by name, cast, and the rest get their default`() throws {
        try self.connection.execute("CREATE TABLE t (a INTEGER DEFAULT 4, b SMALLINT, c VARCHAR)")
        let batch = ColumnBatch(
            schema: Schema([Field("c", .string), Field("b", .int64)]),
            rows: [[.string("x"), .int64(2)]]
        )
        try self.connection.append(batch, to: "t")
        #expect(try self.connection.query("SELECT * FROM t").row(0) == [.int64(4), .int64(2), .string("x")])
        #expect(throws: EngineError.self) { try self.connection.append(batch, to: "nowhere") }
        let wrong = ColumnBatch(schema: Schema([Field("zz", .string)]), rows: [[.string("x")]])
        #expect(throws: EngineError.self) { try self.connection.append(wrong, to: "t") }
        #expect(try self.connection.query("SELECT count(*) AS n FROM t").row(0) == [.int64(1)])
    }

    @Test func `a failed append leaves nothing`() throws {
        try self.connection.execute("CREATE TABLE t (a BIGINT PRIMARY KEY)")
        let rows = (0..<3_000).map { [Value.int64(Int64($0 % 2_999))] }
        let batch = ColumnBatch(schema: Schema([Field("a", .int64)]), rows: rows)
        #expect(throws: EngineError.self) { try self.connection.append(batch, to: "t") }
        #expect(try self.connection.query("SELECT count(*) AS n FROM t").row(0) == [.int64(0)])
    }

    @Test func `a transaction that throws changes nothing`() throws {
        struct Stop: Error {}
        try self.connection.execute("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)")
        #expect(throws: Stop.self) {
            try self.connection.transaction {
                try self.connection.execute("INSERT INTO t VALUES (2)")
                throw Stop()
            }
        }
        try self.connection.transaction { try self.connection.execute("INSERT INTO t VALUES (3)") }
        #expect(try self.connection.query("SELECT a FROM t ORDER BY a")["a"] == Column(.int64([1, 3])))
    }

    @Test func `batches cover all rows in order, and an error on the way is thrown`() throws {
        var next: Int64 = 0
        var batchCount = 0
        try self.connection.forEachBatch("SELECT i FROM range(100000) r(i)", []) { batch in
            guard case .int64(let cells)? = batch["i"]?.storage else { return }
            #expect(cells.first == next)
            next += Int64(cells.count)
            batchCount += 1
        }
        #expect(next == 100_000)
        #expect(batchCount > 1)
        #expect(throws: EngineError.self) {
            try self.connection.forEachBatch(
                "SELECT CASE WHEN i > 90000 THEN error('boom') ELSE i END AS i FROM range(100000) r(i)",
                []
            ) { _ in }
        }
    }

    @Test func `a query is described without being run`() throws {
        try self.connection.execute("CREATE TABLE sales (id BIGINT, price DECIMAL(10,2), sold_at TIMESTAMP)")
        let schema = try self.connection.describe("SELECT id, price AS p, sold_at::DATE AS day, 'x' AS s FROM sales")
        #expect(
            schema
                == Schema([Field("id", .int64), Field("p", .float64), Field("day", .date), Field("s", .string)])
        )
        #expect(throws: EngineError.self) { try self.connection.describe("SELECT nothing FROM sales") }
    }

    @Test func `table names of a query are told, also of tables that do not exist`() throws {
        let sql = """
            WITH x AS (SELECT * FROM b WHERE k IN (SELECT k FROM c)), b AS (SELECT * FROM b),
              RECURSIVE_FREE AS (SELECT 1 AS one)
            SELECT * FROM x JOIN a USING (id) ASOF LEFT JOIN 'f.parquet' p ON x.t >= p.t, RECURSIVE_FREE
            UNION ALL SELECT * FROM main.d
            """
        #expect(try self.connection.tableNames(in: sql) == ["a", "b", "c", "d", "f.parquet"])
        let recursive = "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r"
        #expect(try self.connection.tableNames(in: recursive).isEmpty)
        #expect(throws: EngineError.self) { try self.connection.tableNames(in: "SELEC 1") }
    }

    @Test func `errors carry the library's text, and columns of other types their name`() throws {
        let error = #expect(throws: EngineError.self) { try self.connection.query("SELECT * FROM nowhere") }
        #expect(error?.code == .engineFailed)
        #expect(error?.message.contains("nowhere") == true)
        let type = #expect(throws: EngineError.self) { try self.connection.query("SELECT [1, 2] AS pair") }
        #expect(type?.code == .engineUnsupportedType)
        #expect(
            type?.message
                == "column 'pair' is a LIST and Martlet does not carry that; cast it in the query, for example to "
                + "VARCHAR, DOUBLE or TIMESTAMP"
        )
        let twice = #expect(throws: EngineError.self) { try self.connection.query("SELECT 1 AS a, 2 AS a") }
        #expect(twice?.code == .engineBadInput)
    }

    @Test func `an empty result has its schema`() throws {
        let batch = try self.connection.query("SELECT 1 AS a, 'x' AS b WHERE false")
        #expect(batch.rowCount == 0)
        #expect(batch.schema.names == ["a", "b"])
    }

    @Test func `a statement is interrupted from another thread`() async throws {
        let connection = self.connection
        let error = await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do {
                    try connection.query("SELECT count(*) AS n FROM range(100000000000) a(i) WHERE hash(i) = 1")
                    return nil
                } catch { return error }
            }
            group.addTask {
                // Interrupts until the statement is under way: one that comes too early has no effect.
                for _ in 0..<2_000 {
                    connection.interrupt()
                    usleep(1_000)
                    if Task.isCancelled { break }
                }
                return nil
            }
            var found: (any Error)?
            for await result in group where result != nil {
                found = result
                group.cancelAll()
            }
            return found
        }
        #expect((error as? EngineError)?.code == .engineInterrupted)
    }
}
