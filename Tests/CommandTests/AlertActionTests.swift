import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletStores
import MartletTesting
import MartletTracking
import Testing

@testable import martlet

/// What alerts do to a workspace by themselves.
struct AlertActionTests {
    private static let files = [
        "martlet.yaml": "name: prices\nauth: off\nendpoints: {price: {model: price}}\n",
        "slo.yaml": """
        channels:
          pager: {webhook: {url: "http://127.0.0.1:1/hook"}}
          hook: {webhook: {url_env: HOOK_URL}}
        routes:
          - {channels: [pager]}
        actions:
          RequestsFail:
            - {roll_back: true, mode: on}
            - {page: [pager, hook], mode: on}
          Slow:
            - {scale: {command: [./scale-up, "{endpoint}"]}, mode: on}
            - {scale: {webhook: hook}}
          CollectionFails:
            - {fallback: true, mode: on}
          ErrorGrew:
            - {retrain: auto, mode: on}
        """,
        "sources/sales.yaml": """
        name: sales
        location: {path: gone.csv}
        fallback: {location: {path: copy.csv}}
        format: csv
        columns: {sold_on: date, price: float64}
        """,
        "copy.csv": "sold_on,price\n2024-01-01,5\n2024-01-02,6\n",
    ]

    let folder: URL
    let application: Application
    let database: MetadataDatabase

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "martlet-act-\(UUID().uuidString)")
        for (path, text) in Self.files {
            let file = self.folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let workspace = try WorkspaceLoader(environment: [:]).load(self.folder.path)
        try FileManager.default.createDirectory(at: workspace.storeFolder, withIntermediateDirectories: true)
        self.application = Application(workspace: workspace, processEnvironment: [:])
        self.database = try self.application.metadata.database()
    }

    /// Registers, approves and deploys versions of `price`, one after the other.
    private func deploy(_ count: Int) async throws {
        let ada = Attribution(by: "ada", at: .now)
        for _ in 0..<count {
            let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
            let version = try await self.application.registry().register(new, ada)
            _ = try await self.application.registry().decide(.approved, on: version.id, ada)
            _ = try await self.application.deployments().deploy(version.id, to: "price", ada)
        }
    }

    private func fire(_ rule: String, about subject: String = "endpoint:price") async throws -> [Alert] {
        let finding = AlertFinding(
            rule,
            about: subject,
            .p0,
            summary: "price: 4 % of requests fail",
            causes: ["variant live was taken out"],
            runbook: "",
            holds: .seconds(0)
        )
        _ = try await SQLAlertStore(self.database).step([finding], AlertTiming(), at: .now)
        return try await SQLAlertStore(self.database).openAlerts()
    }

    private func act(on open: [Alert]) async throws -> [AlertActionRecord] {
        try await self.application.alertActor()
            .act(on: open, silences: [], self.application.workspace.alertPolicy.actions)
    }

    private var live: Deployment? {
        get async throws { try await self.application.deployments().deployment(of: "price") }
    }

    @Test func `requests that fail bring the version before back, once, and the ledger says why`() async throws {
        try await self.deploy(2)
        let open = try await self.fire("RequestsFail")
        let ended = try await self.act(on: open)
        #expect(ended.map(\.order.action) == ["roll_back", "page"])
        #expect(ended.map(\.state) == [.done, .done])
        let live = try #require(try await self.live)
        #expect(live.version.description == "price:1")
        #expect(live.author.reason?.contains("RequestsFail/endpoint:price") == true)
        // Another process looks, and the alert goes on for a while.
        for _ in 0..<3 { #expect(try await self.act(on: open).isEmpty) }
        #expect(try await self.live?.revision == live.revision)
        let entries = try await self.application.ledger().newestEntries(of: "alert:\(open[0].key)", limit: 10)
            .filter { $0.action == "alert.acted" }
        #expect(entries.count == 2)
        let payload = try JSONValue(parsing: Data((entries.last?.payload ?? "").utf8))
        #expect(payload["causes"] == ["variant live was taken out"])
        #expect(payload["outcome"] == "price answers with price:1 again")
        // The routes tell one of the two channels already.
        let told = try await self.application.alertDeliveries().deliveries(to: nil, limit: 10)
        #expect(told.map(\.channel) == ["hook"])
        #expect(try await self.application.ledger().verify(anchor: nil).isIntact)
    }

    @Test func `a process that ended after its effect does not do it to another version`() async throws {
        try await self.deploy(3)
        let open = try await self.fire("RequestsFail")
        let store = try self.application.alertActions()
        let effects = WorkspaceAlertEffects(application: self.application)
        let records = AlertActionPlan.records(
            for: open,
            silences: [],
            self.application.workspace.alertPolicy.actions,
            at: .now
        )
        try await store.ask(records, ignoringCoolDown: false)
        let lease = EventTime.now
        let claimed = try await store.claim(records[0].id, at: lease, until: lease, limit: 1)
        let step = try await effects.prepare(try #require(claimed.first))
        let target = step.target
        #expect(step.sentence.text.hasPrefix("put price:2 behind price again, in place of price:3"))
        _ = try await effects.perform(target, claimed[0])
        let revision = try await self.live?.revision
        // What the ended process had kept is the target; the next start finds it done.
        #expect(try await effects.perform(target, claimed[0]).text == "price answers with price:2 again")
        #expect(try await self.live?.revision == revision)
        try await self.deploy(1)
        let later = try await effects.perform(target, claimed[0])
        #expect(later.text == "price answers with price:4 since; nothing was changed")
    }

    @Test func `a release under way is taken back before anything else`() async throws {
        try await self.deploy(1)
        let release = try ReleaseStoreContract.release("r1", at: "price")
        let start = try PersonRule.record(
            .init("start", Attribution(by: "ada", at: .now)),
            about: release.subject,
            at: .now
        )
        _ = try await self.application.releaseStore()
            .begin(.release(release), [start], Attribution(by: "ada", at: .now))
        let open = try await self.fire("RequestsFail")
        let rehearsed = await (try self.application.alertActor())
            .rehearse(
                AlertActionPlan.records(
                    for: open,
                    silences: [],
                    self.application.workspace.alertPolicy.actions,
                    at: .now
                )[0]
            )
        #expect(rehearsed.outcome == "would take back release r1 of price:2 at price, which is starting")
        #expect(try await self.act(on: open).first?.state == .done)
        let run = try #require(try await self.application.releaseStore().run("r1")?.run)
        #expect(["rolling-back", "rolled-back"].contains(run.phase))
    }

    @Test func `more servers are asked for by one job, and a source is loaded from its fallback`() async throws {
        try await self.deploy(1)
        let slow = try await self.act(on: try await self.fire("Slow"))
        #expect(slow.map(\.state) == [.done, .dryRun])
        #expect(slow.last?.outcome == "would ask for more servers over channel 'hook'")
        let jobs = try await self.application.jobStore().jobs(.init(limit: 10))
        #expect(jobs.map(\.job.pipeline) == ["alert-scale"])
        #expect(jobs.first?.job.plan.steps.map(\.work) == [.command(["./scale-up", "price"])])
        let effects = WorkspaceAlertEffects(application: self.application)
        let again = try await effects.perform(.job("scale"), slow[0])
        #expect(again.text.contains(jobs[0].job.id))
        let open = try await self.fire("CollectionFails", about: "source:sales")
        let loaded = try await self.act(on: open).filter { $0.order.action == "fallback" }
        #expect(loaded.map(\.state) == [.done])
        let all = try await self.application.jobStore().jobs(.init(limit: 10))
        let work = all.first { $0.job.pipeline == "alert-fallback" }?.job.plan.steps.first?.work
        guard case .command(let words)? = work else {
            Issue.record("no job loads from the fallback")
            return
        }
        #expect(Array(words.dropFirst()) == ["ingest", "sales", "--fallback"])
    }

    @Test func `what cannot be done is left out with the reason`() async throws {
        try await self.deploy(1)
        let grew = try await self.act(on: try await self.fire("ErrorGrew"))
        #expect(
            grew.map(\.outcome) == ["nothing to do: no retraining plan trains 'price'; name one with 'retrain: PLAN'"]
        )
        #expect(grew.map(\.state) == [.skipped])
        let back = try await self.act(on: try await self.fire("RequestsFail"))
        #expect(back.first?.outcome == "nothing to do: price has answered with no other version than price:1")
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a source is loaded from its fallback on demand`() throws {
        let loaded = try MartletProcess.run(["ingest", "sales", "--fallback", "--json"], in: self.folder)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.output.contains("(fallback)"))
        let none = try MartletProcess.run(["ingest", "--fallback"], in: self.folder)
        #expect(none.errors.contains("--fallback needs the names of sources"))
    }

    @Test func `the command says what would be done, shows what was, and tries channels`() async throws {
        try await self.deploy(2)
        let open = try await self.fire("RequestsFail")
        let dry = try MartletProcess.run(["alerts", "act", open[0].key, "--dry-run", "--json"], in: self.folder)
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(dry.output.contains("would put price:1 behind price again, in place of price:2"))
        #expect(try await self.live?.version.description == "price:2")
        let done = try MartletProcess.run(["alerts", "act", open[0].key, "--by", "ada"], in: self.folder)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try await self.live?.version.description == "price:1")
        let shown = try MartletProcess.run(["alerts", "actions", "--json"], in: self.folder)
        #expect(shown.output.contains("price answers with price:1 again"))
        let unset = try MartletProcess.run(["alerts", "test-channel", "hook"], in: self.folder)
        #expect(unset.status == 1)
        #expect(unset.errors.contains("the variable HOOK_URL is not set"))
        let unknown = try MartletProcess.run(["alerts", "test-channel", "pagre"], in: self.folder)
        #expect(unknown.errors.contains("'pager'"))
        let deliveries = try MartletProcess.run(["alerts", "deliveries", "hook", "--json"], in: self.folder)
        #expect(deliveries.output.contains("RequestsFail/endpoint:price"))
    }
}
