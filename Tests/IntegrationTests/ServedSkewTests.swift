import Foundation
import FoundationNetworking
import MartletCore
import Testing

/// The checklist's comparison of what was served with what training would have seen, by a real server.
struct ServedSkewTests {
    private static let files = [
        "martlet.yaml": "name: skew\nauth: off\nendpoints: {rent: {model: rent}}\n",
        "sources/levels.yaml": """
        name: levels
        location: {path: data/levels.csv}
        format: csv
        columns: {lot: string, seen_at: timestamp, level: float64}
        """,
        "sources/rents.yaml": """
        name: rents
        location: {path: data/rents.csv}
        format: csv
        columns: {lot: string, signed_at: timestamp, area: float64, rent: float64}
        """,
        "features/lots.yaml": """
        entities: {lot: {join_keys: [lot], type: string}}
        feature_views:
          lot_level:
            entity: lot
            source: {table: levels}
            event_timestamp: seen_at
            features: {level: {type: float64}}
          lot_rank:
            entity: lot
            source: {sql: "SELECT lot, seen_at, level / 10 AS rank FROM levels"}
            event_timestamp: seen_at
            features: {rank: {type: float64}}
        feature_services: {lots: {views: [lot_level]}, ranks: {views: [lot_rank]}}
        """,
        "recipes/rent.yaml": """
        name: rent
        model: rent
        task: regression
        loader: {sql: "SELECT lot, signed_at, area, rent FROM rents", timestamp: signed_at}
        label: rent
        feature_service: lots
        request_features: {area: {type: float64}}
        experiments: [{name: small, rounds: 20}]
        """,
        "recipes/ranks.yaml": """
        name: ranks
        model: rent
        task: regression
        loader: {sql: "SELECT lot, signed_at, area, rent FROM rents", timestamp: signed_at}
        label: rent
        feature_service: ranks
        request_features: {area: {type: float64}}
        experiments: [{name: small, rounds: 20}]
        """,
        "releases/rent.yaml": """
        name: rollout
        endpoint: rent
        checklist: {skew: required, max_skew: 0.02}
        """,
    ]

    private static func prepare(_ folder: URL) throws {
        var files = Self.files
        // Lots whose names would be read as numbers or days, were they not declared to be text.
        let lots = (0..<20).map { $0 < 10 ? "000\($0)" : "2024-01-\($0)" }
        files["data/levels.csv"] =
            "lot,seen_at,level\n"
            + lots.enumerated().map { "\($1),2024-01-01T00:00:00Z,\($0 * 10)\n" }.joined()
        files["data/rents.csv"] =
            "lot,signed_at,area,rent\n"
            + (0..<400)
            .map { row in
                let day = 10 + row % 18
                return
                    "\(lots[row % 20]),2024-02-\(day)T0\(row % 9):00:00Z,\(20 + row % 70),\(row % 20 * 40 + row % 70)\n"
            }
            .joined()
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        for arguments in [
            ["check"], ["ingest"], ["train", "--recipe-file", "recipes/rent.yaml"],
            ["train", "--recipe-file", "recipes/rent.yaml"], ["models", "approve", "rent:1", "--by", "ada"],
            ["models", "approve", "rent:2", "--by", "ada"], ["deploy", "rent", "--model", "rent:1", "--by", "ada"],
            ["features", "materialize"],
        ] {
            let result = try Martlet.run(arguments, in: folder)
            #expect(result.status == 0, "\(arguments): \(result.errors)\(result.output)")
        }
    }

    private static func predict(_ address: String) async throws {
        let url = try #require(URL(string: address + "/v1/endpoints/rent/predict"))
        for lot in ["0001", "0007", "2024-01-12", "2024-01-19"] {
            var request = URLRequest(url: url)
            request.httpMethod = "POST"
            request.httpBody = Data(#"{"inputs":[{"entities":{"lot":"\#(lot)"},"features":{"area":50}}]}"#.utf8)
            let (data, response) = try await URLSession.shared.data(for: request)
            let text = String(decoding: data, as: UTF8.self)
            #expect((response as? HTTPURLResponse)?.statusCode == 200, "\(text)")
        }
    }

    /// Starts a release, again until the checklist knows of served requests.
    private static func start(_ folder: URL) throws -> (status: Int32, output: String, errors: String) {
        var result = try Martlet.run(["release", "start", "rollout", "--version", "rent:2", "--by", "ada"], in: folder)
        for _ in 0..<40 where result.errors.contains("no request to 'rent' was answered") {
            result = try Martlet.run(["release", "start", "rollout", "--version", "rent:2", "--by", "ada"], in: folder)
        }
        return result
    }

    /// Looks until the server has given everything back.
    private static func awaitEnd(of release: String, in folder: URL) throws {
        for _ in 0..<100 {
            let status = try Martlet.run(["release", "status", release, "--json"], in: folder).output
            if status.contains(#""is_final": true"#) { return }
        }
        Issue.record("release \(release) has not ended")
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"), .timeLimit(.minutes(5)))
    func `a release starts while served values are those of the offline store, and not when they fell behind`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-skew-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.prepare(folder)
        let server = try ServerProcess("up", in: folder)
        defer { server.stop() }
        try await Self.predict(server.address)
        let started = try Self.start(folder)
        #expect(started.status == 0, "\(started.errors)")
        let id = try #require(started.output.firstMatch(of: #/release (r\w+) of/#)).1
        let explained = try Martlet.run(["release", "explain", String(id)], in: folder).output
        #expect(
            explained.contains("Of 4 values served to 4 inputs, 0 (0 %) differ from the offline store"),
            "\(explained)"
        )
        #expect(explained.contains("At most 2 % may."))
        let aborted = try Martlet.run(["release", "abort", String(id), "--by", "ada"], in: folder)
        #expect(aborted.status == 0, "\(aborted.errors)")
        try Self.awaitEnd(of: String(id), in: folder)

        // Newer levels are in the offline store, and nobody materialized them.
        try Data("lot,seen_at,level\n0007,2024-03-01T00:00:00Z,900\n".utf8)
            .write(to: folder.appending(path: "data/levels.csv"))
        #expect(try Martlet.run(["ingest", "levels"], in: folder).status == 0)
        let refused = try Self.start(folder)
        #expect(refused.status != 0)
        #expect(refused.errors.contains("1 (25 %) differ"), "\(refused.errors)")
        #expect(refused.errors.contains("most often lot_level__level"))
        let waived = try Martlet.run(
            ["release", "start", "rollout", "--version", "rent:2", "--by", "ada", "--waive", "skew=known"],
            in: folder
        )
        #expect(waived.status == 0, "\(waived.errors)")
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"), .timeLimit(.minutes(5)))
    func `a rehearsed version gets the features that nobody recorded as they were at that moment`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-recorded-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.prepare(folder)
        for arguments in [
            ["train", "--recipe-file", "recipes/ranks.yaml"], ["models", "approve", "rent:3", "--by", "ada"],
            ["deploy", "rent", "--model", "rent:3", "--by", "ada"], ["features", "materialize"],
        ] {
            let result = try Martlet.run(arguments, in: folder)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        let server = try ServerProcess("up", in: folder)
        try await Self.predict(server.address)
        server.stop()
        // What came in since is not what those requests were asked at.
        try Data("lot,seen_at,level\n0007,2099-01-01T00:00:00Z,900\n".utf8)
            .write(to: folder.appending(path: "data/levels.csv"))
        #expect(try Martlet.run(["ingest", "levels"], in: folder).status == 0)

        let rehearsed = try Martlet.run(
            ["release", "rehearse", "rollout", "--version", "rent:1", "--json"],
            in: folder
        )
        #expect(rehearsed.status == 0, "\(rehearsed.errors)")
        #expect(rehearsed.output.contains(#""looked_up": 4"#), "\(rehearsed.output)")
        #expect(rehearsed.output.contains(#""unanswered": 0"#))
    }
}
