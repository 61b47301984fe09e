import Foundation
import MartletCore
import MartletEngines
import Testing

@testable import martlet

/// The training set of a back-test, carried out by the database.
struct LabelSpineTests {
    private static let cut = EventTime(iso8601: "2024-01-10") ?? .now

    private static func rows(_ loader: String, limit: Int = 100) throws -> [Double] {
        let database = try DuckDBDatabase(path: nil, locator: .ofProcess())
        let connection = try database.connect()
        try connection.execute(
            """
            CREATE TABLE paid (predicted_at TIMESTAMP, known_at TIMESTAMP, label DOUBLE);
            INSERT INTO paid VALUES ('2024-01-01', '2024-01-02', 1), ('2024-01-03', '2024-01-11', 2),
                ('2024-01-05', '2024-01-10', 3), ('2024-01-10', '2024-01-10', 4);
            CREATE TABLE old (moment TIMESTAMP, rent DOUBLE);
            INSERT INTO old VALUES ('2023-01-01', 10), ('2024-02-01', 20);
            """
        )
        let sql = LabelSpineSQL.rows(of: loader, timestamp: "moment", labels: "paid", before: Self.cut, limit: limit)
        let batch = try connection.query(sql)
        return (0..<batch.rowCount).map { batch["rent"]?[$0].number ?? .nan }
    }

    private static let loader = """
        SELECT moment, rent FROM old
        UNION ALL SELECT predicted_at, label FROM paid -- what came of predictions
        ;
        """

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a candidate sees only rows before the cut, and labels known by it`() throws {
        #expect(try Self.rows(Self.loader) == [10, 1, 3])
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `the newest rows are kept, in the order of time`() throws {
        #expect(try Self.rows(Self.loader, limit: 2) == [1, 3])
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a loader that names its own tables sees no more`() throws {
        let loader = "WITH merged AS (\(Self.loader.dropLast(2))\n) SELECT * FROM merged WHERE rent < 100"
        #expect(try Self.rows(loader) == [10, 1, 3])
    }
}
