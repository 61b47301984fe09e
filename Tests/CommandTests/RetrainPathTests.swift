import Foundation
import MartletCore
import MartletMonitoring
import MartletReleases
import MartletRetraining
import MartletStores
import MartletTesting
import MartletTracking
import Testing

@testable import martlet

/// The whole way of a retraining, from what asks for it to the version it gives.
@Suite(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
struct RetrainPathTests {
    private static let alert = "ErrorGrew/endpoint:rent"

    /// A workspace whose endpoint serves `rent:1`, and whose recipe changed since; `files` are added to its own.
    private static func withWorkspace(
        _ files: [String: String],
        _ body: (URL, Application) async throws -> Void
    ) async throws {
        try await RetrainCommandTests.withWorkspace(files) { folder in
            for words in [
                ["train", "--recipe", "rent", "--by", "ada"],
                ["models", "approve", "rent:1", "--reason", "gates passed", "--by", "ada"],
                ["deploy", "rent", "--model", "rent:1", "--by", "ada"],
            ] {
                _ = try Self.run(words, folder)
            }
            let recipe = folder.appending(path: "recipes/rent.yaml")
            let text = try String(contentsOf: recipe, encoding: .utf8)
            try Data(text.replacing("rounds: 5", with: "rounds: 6").utf8).write(to: recipe)
            let workspace = try WorkspaceLoader(environment: [:]).load(folder.path)
            try await body(folder, Application(workspace: workspace, processEnvironment: [:]))
        }
    }

    /// The output of a command that must succeed.
    private static func run(_ words: [String], _ folder: URL) throws -> String {
        let done = try MartletProcess.run(words, in: folder)
        #expect(done.status == 0, "\(words): \(done.output) \(done.errors)")
        return done.output
    }

    /// The error of the live version grew, or did so no more, at `moment`.
    private static func look(_ finding: Bool, at moment: EventTime, _ application: Application) async throws {
        let grew = AlertFinding(
            "ErrorGrew",
            about: "endpoint:rent",
            .p1,
            summary: "rent: the error of rent:1 is +30 % against training",
            causes: [],
            runbook: "",
            holds: .seconds(0)
        )
        _ = try await application.alerts().step(finding ? [grew] : [], AlertTiming(), at: moment)
    }

    /// Has the alert acted on and all jobs carried out, each in real processes; the newest job's only step.
    private static func act(_ folder: URL) throws -> JSONValue? {
        let acted = try Self.run(["alerts", "act", Self.alert, "--by", "ada"], folder)
        #expect(acted.contains("is asked for"), "\(acted)")
        _ = try Self.run(["jobs", "work", "--until-idle"], folder)
        guard case .array(let jobs) = try JSONValue(parsing: Data(Self.run(["jobs", "list", "--json"], folder).utf8)),
            case .string(let id)? = jobs.first?["job"]
        else { return nil }
        let shown = try JSONValue(parsing: Data(Self.run(["jobs", "show", id, "--json"], folder).utf8))
        guard case .array(let steps)? = shown["steps"], steps.count == 1 else { return nil }
        return steps.first
    }

    @Test func `an alert trains at once where its action says so, and the same rows once`() async throws {
        let files = [
            "slo.yaml": "actions:\n  ErrorGrew: [{retrain: auto, now: true, mode: on}]\n",
            // By itself the plan would train nothing for years.
            "retraining/weekly.yaml": "name: weekly\nrecipe: rent\nlabels: paid\ntriggers: {age: 700d}\n",
        ]
        try await Self.withWorkspace(files) { folder, application in
            let start = application.clock.now
            try await Self.look(true, at: start, application)
            let step = try Self.act(folder)
            #expect(step?["phase"] == "succeeded", "\(step ?? .null)")
            #expect(step?["result"]?["version"] == "rent:2")
            #expect(step?["does"] == "retrain weekly at once")
            let attempts = try await application.retrainings().attempts(of: "weekly", limit: 10)
            #expect(attempts.map(\.status) == [.registered])
            #expect(attempts.first?.startedBy.actor == "ada for the alert \(Self.alert)")
            let version = try await application.registry().version(ModelVersionID("rent", 2))
            #expect(version?.approval.status == .pendingManualApproval)
            #expect(try await application.deployments().deployment(of: "rent")?.version.number == 1)

            // It is over, and comes back: nothing is new, and nobody tries again and again.
            try await Self.look(false, at: start + .days(1), application)
            try await Self.look(true, at: start + .days(2), application)
            let again = try Self.act(folder)
            #expect(again?["phase"] == "failed")
            #expect(again?["tries"] == 1)
            guard case .string(let message)? = again?["message"] else {
                Issue.record("no reason is told: \(again ?? .null)")
                return
            }
            #expect(message.contains("plan 'weekly' trains nothing now: "), "\(message)")
            #expect(message.contains("These very rows were trained with this recipe before, and gave rent:2."))
            #expect(try await application.retrainings().attempts(of: "weekly", limit: 10).count == 1)
        }
    }

    @Test func `a plan that goes to staging leaves its version there until a person approves it`() async throws {
        let files = [
            "releases/rollout.yaml": "name: rollout\nendpoint: rent\nexperiment: {treatment: 10}\n",
            "retraining/weekly.yaml": """
            name: weekly
            recipe: rent
            labels: paid
            triggers: {age: 1ms}
            cooldown: 0s
            auto: to-staging
            """,
            "pipelines/again.yaml": "name: again\nsteps: [{name: again, retrain: weekly}]\n",
        ]
        try await Self.withWorkspace(files) { folder, application in
            _ = try Self.run(["jobs", "run", "again"], folder)
            let registry = try application.registry()
            let id = ModelVersionID("rent", 2)
            let version = try await registry.version(id)
            #expect(version?.stage == .staging)
            #expect(version?.approval.status == .pendingManualApproval)
            let attempts = try await application.retrainings().attempts(of: "weekly", limit: 10)
            #expect(attempts.map(\.version) == [id])
            #expect(attempts.first?.followUp == nil)
            #expect(attempts.first?.followUpSentence?.hasPrefix("rent:2 waits for approval") == true)
            // A release plan that happens to be there starts nothing, now or at the next looks.
            let next = try Self.run(["retrain", "run", "weekly", "--if-due", "--by", "ada"], folder)
            #expect(next.contains("These very rows were trained with this recipe before, and gave rent:2."), "\(next)")
            #expect(try await application.releaseStore().runs(of: nil, limit: 10).isEmpty)
            #expect(try await application.deployments().deployment(of: "rent")?.version.number == 1)
            #expect(try await registry.version(id)?.approval.status == .pendingManualApproval)

            let refused = try MartletProcess.run(["deploy", "rent", "--model", "rent:2", "--by", "ada"], in: folder)
            #expect(refused.status != 0)
            _ = try Self.run(["models", "approve", "rent:2", "--reason", "better", "--by", "ada"], folder)
            _ = try Self.run(["deploy", "rent", "--model", "rent:2", "--by", "ada"], folder)
            #expect(try await application.deployments().deployment(of: "rent")?.version == id)
            _ = try Self.run(["ledger", "verify"], folder)
        }
    }
}
