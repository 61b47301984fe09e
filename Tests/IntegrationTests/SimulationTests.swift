import Foundation
import MartletCore
import MartletMonitoring
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
        }
    }

    /// An alert as it was told, or as it would have been.
    private struct Told {
        let key: String
        let from: EventTime
        let until: EventTime
        /// The alert that it is part of, for one that is not told by itself.
        var cause: String?
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `every rule replayed tells what was told, and names the cause where that was told instead`() throws {
        try Self.withWorkspace { folder in
            let troubles = "drift@4,source-failure@5,bad-release@1"
            let days = try Self.simulate(folder, days: 6, ["--inject", troubles], into: "days")
            let told = try Self.told(in: days.folder)
            let replayed = try Self.replayed(in: days.folder)
            let kinds = Set(told.map { String($0.key.prefix { $0 != "/" }) })
            #expect(
                kinds.isSuperset(of: ["InputsDrifted", "SourceFails", "JobFailed", "BudgetBurns", "BudgetBurnsSlowly"])
            )
            let named = replayed.filter { $0.cause == nil }
            for alert in told {
                #expect(named.contains { Self.isSame($0, alert) }, "\(alert) was told, and replayed: \(named)")
            }
            for alert in named {
                #expect(told.contains { Self.isSame($0, alert) }, "\(alert) is replayed, and told was: \(told)")
            }
            let merged = replayed.filter { $0.cause != nil }
            #expect(merged.contains { $0.key == "ErrorGrew/endpoint:flat" })
            for alert in merged {
                let isTold = told.contains { $0.key == alert.cause && Self.isSame($0, alert, named: alert.cause) }
                #expect(isTold, "\(alert), and told was: \(told)")
            }
        }
    }

    /// Whether they are about the same at one time, give or take two looks.
    private static func isSame(_ one: Told, _ other: Told, named name: String? = nil) -> Bool {
        let patience = TimeSpan.seconds(2 * 3_600)
        return one.key == name ?? other.key && one.from <= other.until + patience
            && other.from <= one.until + patience
    }

    private static func told(in folder: URL) throws -> [Told] {
        try ["list", "history"].flatMap { try Self.items(["alerts", $0], nil, in: folder) }
            .compactMap { item in
                guard let key = Self.text(item["alert"]), let from = Self.time(item["since"]) else { return nil }
                return Told(key: key, from: from, until: Self.time(item["until"]) ?? .now)
            }
    }

    /// What all rules would have told, but what a server did not tell because it was over too soon.
    private static func replayed(in folder: URL) throws -> [Told] {
        try AlertRule.allCases
            .flatMap { rule in
                try Self.items(
                    ["alerts", "backtest", rule.rawValue, "--from", "2026-03-01T15:00:00Z"],
                    "firings",
                    in: folder
                )
            }
            .compactMap { item in
                guard let key = Self.text(item["alert"]) else { return nil }
                let cause = Self.text(item["merged_under"])
                let from = cause == nil ? Self.time(item["server_told_at"]) : Self.time(item["told_at"])
                guard let from else { return nil }
                return Told(key: key, from: from, until: Self.time(item["resolved_at"]) ?? .now, cause: cause)
            }
    }

    private static func items(_ words: [String], _ list: String?, in folder: URL) throws -> [JSONValue] {
        let result = try Martlet.run(words + ["--json"], in: folder)
        try #require(result.status == 0, "\(words): \(result.errors)")
        let value = try JSONValue(parsing: Data(result.output.utf8))
        guard case .array(let items) = list.flatMap({ value[$0] }) ?? value else { return [] }
        return items
    }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    private static func time(_ value: JSONValue?) -> EventTime? { Self.text(value).flatMap(EventTime.init(iso8601:)) }

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
