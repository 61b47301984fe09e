import Foundation
import MartletCore
import MartletTracking
import Testing

@testable import MartletStores

/// Which way a search takes, on a file where the ways differ.
struct RunSearchPlanTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
    private static let runs = 4_000

    /// 4,000 runs in the experiment 1 and 40 in the experiment 2, two metrics each, one param of three values and one of its own.
    private func fill() async throws -> MetadataDatabase {
        let database = try MetadataDatabase(path: self.path)
        let store = SQLTrackingStore(database)
        for name in ["large", "small"] {
            _ = try await store.experiment(orCreate: name, at: EventTime(microseconds: 1))
        }
        try await database.write(to: "fill") { connection in
            let numbers = 1...(Self.runs + 40)
            try connection.run(
                """
                INSERT INTO runs ("row", id, experiment, name, "user", status, started_at, lifecycle)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                batch: numbers.map {
                    [$0, RunID.random().description, $0 > Self.runs ? 2 : 1, "r", "ada", "FINISHED", $0, "active"]
                }
            )
            for key in ["mae", "r2"] {
                try connection.run(
                    "INSERT INTO latest_metrics (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)",
                    batch: numbers.map { [$0, key, 0, 0, Double(($0 * 7_919) % 4_001), 0] }
                )
            }
            try connection.run(
                "INSERT INTO params (run, key, value) VALUES (?, ?, ?)",
                batch: numbers.flatMap { [[$0, "kind", "k\($0 % 3)"], [$0, "own", "\($0)"]] }
            )
        }
        return database
    }

    @Test func `a search starts where the fewest runs are left, and walks an index in order otherwise`() async throws {
        let database = try await self.fill()
        let byMetric = [RunOrder(.metric("mae"), ascending: false)]
        let often = RunCondition.text(.parameter("kind"), .equal, "k1")
        let once = RunCondition.text(.parameter("own"), .equal, "77")
        let half = RunCondition.number(.metric("r2"), .less, 2_000)
        let few = RunCondition.number(.metric("r2"), .less, 3)
        let cases: [(RunSearch, RunSearchPlan.Start)] = [
            (RunSearch(experimentIDs: ["1"], conditions: [often, half], order: byMetric, limit: 100), .walk),
            (RunSearch(experimentIDs: ["1"], conditions: [half, once], order: byMetric, limit: 100), .condition(1)),
            (RunSearch(experimentIDs: ["1"], conditions: [few, often], limit: 100), .condition(0)),
            (RunSearch(experimentIDs: ["2"], conditions: [half], order: byMetric, limit: 100), .experiments),
            (RunSearch(experimentIDs: ["2"], conditions: [half], limit: 100), .walk),
            (RunSearch(limit: 100), .walk),
        ]
        for (search, expected) in cases {
            let plan = try await database.read(to: "plan") { connection in
                try RunSearchPlanner(try RunSearchSQL(search, .sqlite), connection).plan()
            }
            #expect(plan.start == expected)
        }
    }

    @Test func `a walk sorts no more than ties, and no plan reads a whole table`() async throws {
        let database = try await self.fill()
        let searches = [
            RunSearch(experimentIDs: ["1"], limit: 100),
            RunSearch(experimentIDs: ["1"], conditions: [.number(.metric("r2"), .less, 2_000)], limit: 100),
            RunSearch(experimentIDs: ["1", "2"], limit: 100),
            RunSearch(
                experimentIDs: ["1"],
                conditions: [.number(.metric("r2"), .greater, 100), .text(.parameter("kind"), .equal, "k1")],
                order: [RunOrder(.metric("mae"))],
                limit: 100
            ),
        ]
        for search in searches {
            let steps = try await database.read(to: "explain") { connection in
                let statement = try #require(
                    try RunSearchSQL(search, .sqlite).statements(RunSearchPlan(start: .walk)).first
                )
                return try connection.rows("EXPLAIN QUERY PLAN " + statement.sql, statement.arguments)
                    .map { $0["detail"] as String }
            }
            #expect(!steps.contains { $0.hasPrefix("SCAN") })
            #expect(!steps.contains("USE TEMP B-TREE FOR ORDER BY"))
        }
        let once = RunSearch(conditions: [.text(.parameter("own"), .equal, "77")], limit: 100)
        let steps = try await database.read(to: "explain") { connection in
            let statement = try #require(
                try RunSearchSQL(once, .sqlite).statements(RunSearchPlan(start: .condition(0))).first
            )
            return try connection.rows("EXPLAIN QUERY PLAN " + statement.sql, statement.arguments)
                .map { $0["detail"] as String }
        }
        #expect(steps.first?.contains("params_by_value (key=? AND <expr>=?)") == true)
    }

    @Test func `a condition is tried on runs by their own rows, not by an index over all runs`() async throws {
        let database = try await self.fill()
        for condition in [
            RunCondition.number(.metric("r2"), .greater, 0), .number(.metric("r2"), .notEqual, 1),
            .text(.parameter("kind"), .equal, "k1"), .text(.tag("team"), .notEqual, "a"),
        ] {
            let steps = try await database.read(to: "explain") { connection in
                let joined = try #require(try RunConditionSQL(condition, alias: "c", .sqlite).joined)
                let statement =
                    SQLFragment("SELECT count(*) FROM \(joined.table) c WHERE c.run IN (1, 2, 3) AND ") + joined.test
                return try connection.rows("EXPLAIN QUERY PLAN " + statement.sql, statement.arguments)
                    .map { $0["detail"] as String }
            }
            #expect(steps.first?.contains("PRIMARY KEY (run=? AND key=?)") == true)
        }
    }
}
