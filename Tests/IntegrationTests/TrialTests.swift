import Foundation
import FoundationNetworking
import MartletCore
import Testing

/// `martlet up` with a fast clock and with faults on purpose.
struct TrialTests {
    private static func folder() -> URL {
        FileManager.default.temporaryDirectory.appending(path: "martlet-trial-\(UUID().uuidString)")
    }

    /// The moment at which a request was answered, by the server's clock, and the status.
    private static func predict(_ address: String) async throws -> (status: Int, answer: JSONValue) {
        let url = try #require(URL(string: address + "/v1/endpoints/price/predict"))
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"inputs":[{"features":{"area":50,"floor":3}}]}"#.utf8)
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = try #require(response as? HTTPURLResponse).statusCode
        return (status, try JSONValue(parsing: data))
    }

    @Test func `a fast clock is said aloud, kept, and shared by commands`() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ["--fast-clock", "5000", "--clock-from", "2023-05-01"]
        let first = try ServerProcess("up", in: folder, arguments: clock)
        #expect(first.greeting.contains("FAST CLOCK: 5,000 seconds pass in one; it is 2023-05-01T0"))
        first.stop()
        let second = try ServerProcess("up", in: folder)
        #expect(second.greeting.contains("FAST CLOCK: 5,000 seconds pass in one; it is 2023-05-"))
        second.stop()
        let other = try Martlet.run(["up", "--port", "0", "--fast-clock", "60"], in: folder)
        #expect(other.status == 2)
        #expect(other.errors.contains("the one of this workspace runs 5000.0 times as fast"))
        try Data("{}".utf8).write(to: folder.appending(path: ".martlet/fast-clock.json"))
        let broken = try Martlet.run(["models", "list"], in: folder)
        #expect(broken.status != 0)
        #expect(broken.errors.contains("workspace.invalidClock"))
    }

    @Test func `jobs begin by the fast clock, once a day, and are trusted as long as by any other`() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipelines = folder.appending(path: "pipelines")
        try FileManager.default.createDirectory(at: pipelines, withIntermediateDirectories: true)
        try Data("name: trial\nauth: off\n".utf8).write(to: folder.appending(path: "martlet.yaml"))
        let text = """
            name: nightly
            triggers: [{cron: {at: "0 2 * * *", timezone: Asia/Seoul}}]
            steps: [{name: tell, command: [sh, -c, "sleep 1; echo $MARTLET_TICK_DATE"], timeout: 1m}]
            """
        try Data(text.utf8).write(to: pipelines.appending(path: "nightly.yaml"))
        let clock = ["--fast-clock", "20000", "--clock-from", "2023-05-01"]
        let server = try ServerProcess("up", in: folder, arguments: clock)
        defer { server.stop() }
        var ticks: [String] = []
        for _ in 0..<400 where ticks.count < 2 {
            let jobs = try Martlet.run(["jobs", "list", "--phase", "succeeded", "--json"], in: folder)
            guard case .array(let rows) = try JSONValue(parsing: Data(jobs.output.utf8)) else { continue }
            ticks = rows.compactMap { row in
                if case .string(let id)? = row["job"] { id } else { nil }
            }
        }
        // A second of work is five hours here, far beyond the lease and the timeout by this clock.
        #expect(ticks.count >= 2)
        let shown = try Martlet.run(["jobs", "show", try #require(ticks.last), "--json"], in: folder)
        #expect(shown.output.contains("T17:00:00Z") && shown.output.contains("2023-05-0"), "\(shown.output)")
        #expect(shown.output.contains(#""interruptions": 0"#), "\(shown.output)")
    }

    @Test func `the environment cloud has neither a fast clock nor faults`() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("name: trial\nauth: off\nenvironments:\n  local: {}\n  cloud: {}\n".utf8)
            .write(to: folder.appending(path: "martlet.yaml"))
        for option in [["--fast-clock", "60"], ["--faults", "faults.txt"]] {
            #expect {
                try ServerProcess("up", in: folder, arguments: option, environment: ["MARTLET_ENV": "cloud"])
            } throws: { error in
                (error as? ServerProcess.StartFailure)?.output.contains("'cloud'") ?? false
            }
        }
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `a version fails on purpose while its line is in the file`() async throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try ModelWorkspace.write(to: folder)
        for arguments in [
            ["ingest"], ["train", "--recipe-file", "recipes/price.yaml"],
            ["models", "approve", "price:1", "--by", "ada"],
            ["deploy", "price", "--model", "price:1", "--by", "ada"],
        ] {
            let result = try Martlet.run(arguments, in: folder)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        let late = try Martlet.run(["up", "--port", "0", "--fast-clock", "60"], in: folder)
        #expect(late.status == 2)
        #expect(late.errors.contains("live by the machine's clock already"))

        let server = try ServerProcess("up", in: folder, arguments: ["--faults", "faults.txt"])
        defer { server.stop() }
        let sound = try await Self.predict(server.address)
        #expect(sound.status == 200)
        let file = folder.appending(path: "faults.txt")
        func answered(until isReached: (Int, JSONValue) -> Bool) async throws -> Bool {
            for _ in 0..<2_000 {
                let (status, answer) = try await Self.predict(server.address)
                if isReached(status, answer) { return true }
            }
            return false
        }
        try Data("price:1 error-rate=1\n".utf8).write(to: file, options: .atomic)
        #expect(try await answered { status, answer in status == 500 && answer["code"] == "model.failed" })
        try Data("price:1 wrong=2\n".utf8).write(to: file, options: .atomic)
        #expect(
            try await answered { status, answer in status == 200 && answer["predictions"] != sound.answer["predictions"]
            }
        )
        try FileManager.default.removeItem(at: file)
        #expect(try await answered { _, answer in answer["predictions"] == sound.answer["predictions"] })
    }
}
