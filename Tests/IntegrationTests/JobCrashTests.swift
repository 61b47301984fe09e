import Foundation
import MartletEngines
import MartletTesting
import Testing

/// A pipeline of ingest, features and train whose process is killed again and again, beside one that is left alone.
@Suite(.enabled(if: Martlet.hasEngines, "the native engines are not installed; scripts/setup-engines brings them"))
struct JobCrashTests {
    /// How often the process is killed: `MARTLET_KILLS`, else 40; CI asks for 200.
    private static let killCount = Int(ProcessInfo.processInfo.environment["MARTLET_KILLS"] ?? "") ?? 40

    /// The fewest days of data, so that there is something to compare.
    private static let dayMinimum = 3

    @Test func `a process killed at random moments leaves what an undisturbed one leaves`() async throws {
        try await PythonClients.onOwnThread { try Self.killAgainAndAgain() }
    }

    private static func killAgainAndAgain() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "martlet-jobs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let (killed, calm) = (root.appending(path: "killed"), root.appending(path: "calm"))
        for folder in [killed, calm] { try Self.write(to: folder) }

        var generator = SplitMix64(seed: 20_261_121)
        var (kills, day) = (0, 0)
        try Self.begin(day: day, in: killed)
        while kills < Self.killCount || day + 1 < Self.dayMinimum {
            // Most kills come early, some late enough for training to be under way or done.
            let isEarly = Int.random(in: 0..<10, using: &generator) < 7
            let wait =
                isEarly ? Int.random(in: 5...900, using: &generator) : Int.random(in: 900...4_000, using: &generator)
            if try Self.work(in: killed, killedAfter: kills < Self.killCount ? wait : nil) {
                kills += 1
            } else if kills < Self.killCount || day + 1 < Self.dayMinimum {
                day += 1
                try Self.begin(day: day, in: killed)
            }
        }
        while try Self.work(in: killed, killedAfter: nil) {}

        for day in 0...day {
            try Self.begin(day: day, in: calm)
            _ = try Self.work(in: calm, killedAfter: nil)
        }
        let jobs = try Self.json(["jobs", "list", "--json", "--limit", "1000"], in: killed)
        #expect(jobs.count == day + 1)
        #expect(jobs.allSatisfy { $0["phase"] as? String == "succeeded" })
        #expect(try Self.content(of: killed, days: day + 1) == Self.content(of: calm, days: day + 1))
        let interruptions = try jobs.reduce(0) { sum, job in
            let id = try #require(job["job"] as? String)
            let shown = try Self.object(["jobs", "show", id, "--json"], in: killed)
            let steps = try #require(shown["steps"] as? [[String: Any]])
            return sum + steps.reduce(0) { $0 + ($1["interruptions"] as? Int ?? 0) }
        }
        // Without kills in the middle of steps the test would prove nothing.
        #expect(
            interruptions >= Self.killCount / 5,
            "\(kills) kills, \(interruptions) of them in a step, \(day + 1) days"
        )
    }

    // MARK: What is compared

    /// The rows of the table, the rows online, and the hashes of every version's data and model.
    private static func content(of folder: URL, days: Int) throws -> [String] {
        let rows = try Martlet.run(
            ["warehouse", "query", "SELECT sold_on, building, area, price FROM sales ORDER BY ALL", "--json"],
            in: folder
        )
        var content = [rows.output]
        for building in 0..<5 {
            let read = try self.json(["features", "get", "prices", "building=b\(building)", "--json"], in: folder)
            // The time of a windowed value is that of its materialisation.
            content.append(
                read.map { "\($0["feature"] ?? "") \($0["value"] ?? "") \($0["status"] ?? "")" }.joined(separator: "; ")
            )
        }
        let versions = try self.json(["models", "list", "--json"], in: folder)
        content.append("\(versions.count) models")
        for number in 1...days + 1 {
            let shown = try Martlet.run(["models", "show", "price:\(number)", "--json"], in: folder)
            guard shown.status == 0 else {
                content.append("no version \(number)")
                continue
            }
            let version = try #require(
                try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
            )
            let manifest = version["manifest"] as? [String: Any] ?? [:]
            content.append("\(manifest["model_hash"] ?? "none") \(manifest["snapshot_hash"] ?? "none")")
        }
        return content
    }

    private static func json(_ arguments: [String], in folder: URL) throws -> [[String: Any]] {
        let output = try Martlet.run(arguments, in: folder).output
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]])
    }

    private static func object(_ arguments: [String], in folder: URL) throws -> [String: Any] {
        let output = try Martlet.run(arguments, in: folder).output
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }

    // MARK: What is done

    /// Brings the data of a day and queues a job for it.
    private static func begin(day: Int, in folder: URL) throws {
        let rows = (0..<120)
            .map { row -> String in
                let area = 20 + (row * 37 + day * 11) % 180
                return "2023-\(month(day))-\(10 + row % 18),b\(row % 5),\(area).5,\(3 * area + row % 7)"
            }
        let file = folder.appending(path: "data/day-\(day).csv")
        try Data(("sold_on,building,area,price\n" + rows.joined(separator: "\n") + "\n").utf8).write(to: file)
        let queued = try Martlet.run(["jobs", "run", "daily", "--detach"], in: folder)
        #expect(queued.status == 0, "\(queued.errors)")
    }

    private static func month(_ day: Int) -> String { day % 12 < 9 ? "0\(day % 12 + 1)" : "\(day % 12 + 1)" }

    /// Works until nothing is left, or kills the process after that many milliseconds.
    ///
    /// - Returns: whether it was killed.
    private static func work(in folder: URL, killedAfter milliseconds: Int?) throws -> Bool {
        let worker = try TestProgram([Martlet.binary, "jobs", "work", "--until-idle"], in: folder)
        if let milliseconds, !worker.hasEnded(within: .milliseconds(milliseconds)) { worker.signal(SIGKILL) }
        return worker.wait() == .signalled(SIGKILL)
    }

    private static func write(to folder: URL) throws {
        let files = [
            "martlet.yaml": "name: killed\nauth: off\n",
            "sources/sales.yaml": """
            name: sales
            location: {glob: "data/*.csv"}
            format: csv
            columns: {sold_on: date, building: string, area: float64, price: float64}
            """,
            "features/prices.yaml": """
            entities:
              building: {join_keys: [building], type: string}
            feature_views:
              building_prices:
                entity: building
                source: {table: sales}
                event_timestamp: sold_on
                ttl: 100000d
                aggregations:
                  - {column: price, functions: [mean, count], over: [10000d]}
            feature_services:
              prices: {features: [building_prices]}
            """,
            "recipes/price.yaml": """
            name: price
            model: price
            task: regression
            loader: {sql: "SELECT sold_on, building, area, price FROM sales ORDER BY ALL", timestamp: sold_on}
            label: price
            feature_service: prices
            request_features: {area: {type: float64}}
            experiments: [{name: small, rounds: 10}]
            """,
            "pipelines/daily.yaml": """
            name: daily
            interruptions: 100000
            steps:
              - {name: load, ingest: sales, retries: {tries: 3, first: 0s}}
              - {name: features, materialize: all, retries: {tries: 3, first: 0s}}
              - {name: train, train: price, retries: {tries: 3, first: 0s}}
            """,
        ]
        try FileManager.default.createDirectory(at: folder.appending(path: "data"), withIntermediateDirectories: true)
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }
}
