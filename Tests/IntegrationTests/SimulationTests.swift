import Foundation
import MartletCore
import Testing

/// Days that a copy of a workspace lives through, by the binary.
@Suite(.serialized)
struct SimulationTests {
    /// What a run said, in JSON.
    private struct Outcome {
        let report: JSONValue
        let folder: URL

        /// The lines of one kind.
        func lines(_ kind: String) -> [String] {
            guard case .array(let events)? = self.report["events"] else { return [] }
            return events.filter { $0["kind"] == .string(kind) }
                .compactMap { event in
                    if case .string(let text)? = event["text"] { text } else { nil }
                }
        }

        func has(_ kind: String, _ words: String) -> Bool { self.lines(kind).contains { $0.contains(words) } }
    }

    private static func withWorkspace(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-days-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try SimulationWorkspace.write(to: folder.appending(path: "workspace"))
        try body(folder)
    }

    private static func simulate(
        _ folder: URL,
        days: Int,
        _ arguments: [String] = [],
        into name: String
    ) throws -> Outcome {
        let copy = folder.appending(path: name)
        let result = try Martlet.run(
            ["simulate", "days", "--days", String(days), "--directory", copy.path, "--json"] + arguments,
            in: folder.appending(path: "workspace")
        )
        try #require(result.status == 0, "\(result.errors)")
        return Outcome(report: try JSONValue(parsing: Data(result.output.utf8)), folder: copy)
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `a better model is collected, trained, tried, released and alone at the end, the same for the same seed`()
        throws
    {
        try Self.withWorkspace { folder in
            let days = try Self.simulate(folder, days: 5, into: "days")
            #expect(days.has("before", "flat:1 is trained on"))
            #expect(days.has("collection", "weekly/load: sales"))
            #expect(days.has("training", "flat:2 from"))
            #expect(days.has("people", "ada approves flat:2"))
            #expect(days.has("experiment", "flat:2 answers 50 % of the visitors, flat:1 the others"))
            #expect(days.has("people", "ada promotes flat:2, which won"))
            #expect(days.has("release", "green flat:2 answers 20 %"))
            #expect(days.has("release", "green flat:2 passed its watch; blue flat:1 stands by for 12h"))
            #expect(days.has("release", "flat:1 is archived, flat:2 alone is live"))
            #expect(days.report["live"] == "flat:2")
            #expect(days.report["failed_requests"] == 0)
            #expect(!days.has("alert", "area"))
            let again = try Self.simulate(folder, days: 5, into: "again")
            #expect(again.report["events"] == days.report["events"])
            let other = try Self.simulate(folder, days: 1, ["--seed", "7"], into: "other")
            #expect(other.report["events"] != days.report["events"])

            // The copy goes on from there; the workspace itself was left alone.
            let jobs = try Martlet.run(["jobs", "list", "--json"], in: days.folder)
            #expect(jobs.output.contains(#""phase": "succeeded""#) && !jobs.output.contains(#""phase": "failed""#))
            #expect(try Martlet.run(["ledger", "verify"], in: days.folder).status == 0)
            let clock = try Martlet.run(["alerts", "list"], in: days.folder)
            #expect(clock.status == 0, "\(clock.errors)")
            let untouched = folder.appending(path: "workspace/.martlet/predictions").path
            #expect(!FileManager.default.fileExists(atPath: untouched))
        }
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `a bad release is taken back, and the version before is alone again`() throws {
        try Self.withWorkspace { folder in
            let days = try Self.simulate(folder, days: 4, ["--inject", "bad-release@2"], into: "days")
            #expect(days.has("people", "ada promotes flat:2, which won"))
            #expect(days.has("release", "back to flat:1"))
            #expect(days.has("release", "rolled back: flat:1 alone is live"))
            #expect(!days.has("release", "alone is live, flat:2"))
            #expect(days.report["live"] == "flat:1")
        }
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `a source that fails is tried again, fails its job, and delivers the next day what it missed`() throws {
        try Self.withWorkspace { folder in
            let days = try Self.simulate(folder, days: 3, ["--inject", "source-failure@2"], into: "days")
            #expect(days.has("fault", "arriving sources do not answer today"))
            #expect(days.lines("collection").count { $0.contains("daily/load failed, and is tried again") } == 1)
            #expect(days.lines("collection").count { $0.contains("daily/load failed: ") } == 1)
            let last = try #require(days.lines("collection").last)
            #expect(last.hasPrefix("daily/load: sales"), "\(last)")
            let ledger = try Martlet.run(["ledger", "show", "--limit", "100"], in: days.folder)
            #expect(ledger.output.contains("ingest.sourceFailed"))
            let loaded = try Martlet.run(
                ["warehouse", "query", "SELECT max(sold_on) AS last FROM sales", "--json"],
                in: days.folder
            )
            #expect(loaded.output.contains("2026-03-03"))
        }
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `drift fires an alert that names its cause`() throws {
        try Self.withWorkspace { folder in
            let days = try Self.simulate(folder, days: 3, ["--inject", "drift@2"], into: "days")
            #expect(days.has("fault", "the dearest fifth"))
            // The version that is live drifted in its area and not only in the day, which moves on in any case.
            #expect(days.has("alert", "area"), "\(days.lines("alert"))")
            #expect(days.lines("alert").contains { $0.contains("the error of flat:2") && $0.contains("← day drifted") })
            let drift = try Martlet.run(
                ["monitor", "drift", "--endpoint", "flat", "--last", "1d", "--json"],
                in: days.folder
            )
            let columns = try JSONValue(parsing: Data(drift.output.utf8))["columns"]
            guard case .array(let list)? = columns else {
                Issue.record("no columns: \(drift.errors)")
                return
            }
            #expect(list.first { $0["name"] == "area" }?["verdict"] == "drifted")
            try Self.replay(in: days.folder)
        }
    }

    /// Replays the rules about drift and errors over all days, and expects the first of what was told, at most two looks
    /// earlier or later; which of them an alert goes by depends on what else was wrong.
    private static func replay(in folder: URL) throws {
        let rules = ["InputsDrifted", "ErrorExpectedToGrow", "ErrorGrew"]
        func times(_ arguments: [String], _ list: String?, _ key: String) throws -> [EventTime] {
            let result = try Martlet.run(["alerts"] + arguments + ["--json"], in: folder)
            var value = try JSONValue(parsing: Data(result.output.utf8))
            if let list { value = value[list] ?? .null }
            guard case .array(let items) = value else { return [] }
            return items.filter { item in rules.contains { item["alert"] == .string("\($0)/endpoint:flat") } }
                .compactMap { item in
                    if case .string(let text)? = item[key] { EventTime(iso8601: text) } else { nil }
                }
        }
        let told = try times(["list"], nil, "since") + times(["history"], nil, "since")
        let replayed = try rules.flatMap {
            try times(["backtest", $0, "--from", "2026-02-20"], "firings", "told_at")
        }
        let (first, again) = (try #require(told.min()), try #require(replayed.min()))
        let apart = abs(first.microseconds - again.microseconds)
        #expect(apart <= 2 * 3_600_000_000, "told \(told), replayed \(replayed)")
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `labels that come late are not there yet`() throws {
        try Self.withWorkspace { folder in
            let arguments = ["monitor", "quality", "--endpoint", "flat", "--version", "flat:1", "--json"]
            let timely = try Self.simulate(folder, days: 2, into: "timely")
            let quality = try Martlet.run(arguments, in: timely.folder)
            #expect(!quality.output.contains(#""labels": 0"#) && quality.status == 0, "\(quality.errors)")
            let late = try Self.simulate(folder, days: 2, ["--inject", "late-labels"], into: "late")
            #expect(late.has("fault", "a week later"))
            let missing = try Martlet.run(arguments, in: late.folder)
            #expect(missing.output.contains(#""labels": 0"#), "\(missing.output.prefix(300)) \(missing.errors)")
        }
    }

    @Test func `what cannot be simulated is refused, and nothing is written`() throws {
        try Self.withWorkspace { folder in
            let workspace = folder.appending(path: "workspace")
            func refusal(_ arguments: [String], _ environment: String? = nil) throws -> String {
                let result = try Martlet.run(["simulate"] + arguments, in: workspace)
                #expect(result.status == 2)
                return result.errors
            }
            #expect(try refusal(["dais"]).contains("Did you mean 'days'?"))
            #expect(try refusal(["days", "--inject", "drift@40"]).contains("a day from 1 to 10"))
            #expect(try refusal(["days", "--directory", "copy"]).contains("lies in the workspace"))
            let full = folder.appending(path: "full")
            try FileManager.default.createDirectory(at: full, withIntermediateDirectories: true)
            try Data("real".utf8).write(to: full.appending(path: "log"))
            #expect(try refusal(["days", "--directory", full.path]).contains("it holds 'log'"))
            let shared = "name: flats\nauth: off\nenvironments:\n  local:\n    stores: {root: /var/lib/flats}\n"
            try Data((shared + "endpoints:\n  flat: {model: flat}\n").utf8)
                .write(to: workspace.appending(path: "martlet.yaml"))
            #expect(try refusal(["days"]).contains("never writes where real requests are kept"))
        }
    }
}
