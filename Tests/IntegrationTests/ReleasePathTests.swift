import Foundation
import FoundationNetworking
import MartletCore
import Testing

/// A release by a real server and the real command line: experiment, release, standby, archive, with `kill -9` between.
struct ReleasePathTests {
    private static let plan = """
        name: price-rollout
        endpoint: price
        steps: [{weight: 20, hold: 1s}, {weight: 100, hold: 1s}]
        standby: 1s
        health: {file: checks/price.jsonl, tolerance: 1000}
        gates: {max_error_rate: 0.05, max_latency: 10s, min_requests: 10}
        experiment:
          treatment: 50
          min_duration: 2s
          max_duration: 1h
          look_every: 1s
          tuned_units: 500
          on_success: promote
          metrics:
            - {name: contract_rate, role: primary, conversion: contract}
        """
    private static let request = #"{"inputs":[{"features":{"area":50,"floor":3}}]"#

    /// A workspace with `price:1` live and `price:2` approved.
    private static func prepare(_ folder: URL) throws {
        try ModelWorkspace.write(to: folder)
        for (path, text) in [
            ("releases/price.yaml", Self.plan),
            ("checks/price.jsonl", "{\"request\": \(Self.request)}, \"expected\": [153]}\n"),
        ] {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        try Self.run(["check"], in: folder)
        try Self.run(["ingest"], in: folder)
        for version in 1...2 {
            try Self.run(["train", "--recipe-file", "recipes/price.yaml"], in: folder)
            try Self.run(["models", "approve", "price:\(version)", "--by", "ada"], in: folder)
        }
        try Self.run(["deploy", "price", "--model", "price:1", "--by", "ada"], in: folder)
    }

    /// Sends a JSON body, or with `nil` asks.
    private static func call(_ address: String, _ path: String, _ body: String? = nil) async throws -> JSONValue {
        guard let url = URL(string: address + path) else { throw Failure(text: "no address \(address)\(path)") }
        var request = URLRequest(url: url)
        request.timeoutInterval = 20
        if let body {
            request.httpMethod = "POST"
            request.httpBody = Data(body.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw Failure(text: String(decoding: data, as: UTF8.self))
        }
        return try JSONValue(parsing: data)
    }

    private struct Failure: Error { let text: String }

    private static func text(_ value: JSONValue?, _ keys: String...) -> String {
        var value = value
        for key in keys { value = value?[key] }
        if case .string(let text)? = value { return text }
        return ""
    }

    /// Runs a command that must succeed.
    @discardableResult
    private static func run(_ arguments: [String], in folder: URL) throws -> String {
        let result = try Martlet.run(arguments, in: folder)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return result.output
    }

    /// One visitor: is answered, and of the treatment's six of ten sign, of control's two.
    private static func visit(_ number: Int, _ address: String) async throws {
        let unit = "visitor-\(number)"
        let answer = try await Self.call(
            address,
            "/v1/endpoints/price/predict",
            Self.request + #","unit":"\#(unit)"}"#
        )
        let limit = Self.text(answer["variant"]) == "treatment" ? 6 : 2
        guard number * 7 % 10 < limit else { return }
        let moment = Date().addingTimeInterval(1).formatted(.iso8601)
        _ = try await Self.call(
            address,
            "/v1/interactions",
            #"{"id":"i\#(number)","at":"\#(moment)","kind":"contract","unit":"\#(unit)","endpoint":"price"}"#
        )
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"), .timeLimit(.minutes(5)))
    func `an experiment is won and released, through three kills, and no request fails`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-release-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.prepare(folder)
        var server = try ServerProcess("up", in: folder)
        defer { server.stop() }
        let started = try Self.run(
            ["experiment", "start", "price-rollout", "--version", "price:2", "--by", "ada", "--json"],
            in: folder
        )
        let experiment = Self.text(try JSONValue(parsing: Data(started.utf8)), "id")
        var visitors = 0
        var kills = 0
        func visit(_ count: Int) async throws {
            for _ in 0..<count {
                visitors += 1
                try await Self.visit(visitors, server.address)
            }
        }
        while visitors < 6_000 {
            try await visit(25)
            let state = try await Self.call(server.address, "/v1/experiments/\(experiment)")
            if Self.text(state, "experiment", "phase") == "ended" { break }
            if kills == 0, visitors > 100 {
                server.kill()
                server = try ServerProcess("up", in: folder)
                kills += 1
            }
        }
        let ended = try await Self.call(server.address, "/v1/experiments/\(experiment)")
        #expect(Self.text(ended, "experiment", "outcome") == "promote")
        let listed = try await Self.call(server.address, "/v1/releases?endpoint=price")
        guard case .array(let releases)? = listed["releases"] else { throw Failure(text: listed.canonicalText) }
        let release = Self.text(releases.first, "id")
        var phases: Set<String> = []
        while visitors < 20_000 {
            try await visit(25)
            let state = try await Self.call(server.address, "/v1/releases/\(release)")
            let phase = Self.text(state, "release", "phase")
            if phase == "completed" || phase == "rolled-back" { break }
            if ["observing", "standing-by"].contains(phase), phases.insert(phase).inserted {
                server.kill()
                server = try ServerProcess("up", in: folder)
                kills += 1
            }
        }
        #expect(kills == 3)
        let done = try await Self.call(server.address, "/v1/releases/\(release)")
        #expect(Self.text(done, "release", "phase") == "completed")
        let answer = try await Self.call(server.address, "/v1/endpoints/price/predict", Self.request + "}")
        #expect(answer["model"]?["version"] == 2)
        for id in [experiment, release] {
            #expect(try Self.run(["release", "replay", id], in: folder).contains("all agree"))
        }
        try Self.run(["ledger", "verify"], in: folder)
    }
}
