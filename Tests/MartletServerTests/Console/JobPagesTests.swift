import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletJobs
import MartletStores
import MartletTesting
import MartletTracking
import Testing

@testable import MartletServer

/// The pages of pipelines and jobs, over a real store.
struct JobPagesTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    private func router(
        _ fixture: ServerFixture,
        _ store: any JobStore,
        _ pipeline: Pipeline
    ) throws -> Router<BasicRequestContext> {
        let artifacts = FileArtifactStore(
            root: FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        )
        var console = ConsoleContext(
            tracking: SQLTrackingStore(fixture.metadata),
            registry: fixture.registry,
            ledger: SQLLedger(fixture.metadata),
            deployments: fixture.deployments,
            artifacts: artifacts,
            access: nil,
            workspace: "prices",
            version: "1",
            now: { Self.now + .seconds(100) }
        )
        console.jobs = JobContext(
            store: store,
            desk: JobDesk(store: store, newID: { "j1" }, now: { Self.now }),
            pipelines: { [pipeline] },
            now: { Self.now }
        )
        let router = Router(context: BasicRequestContext.self)
        try ConsoleRoutes(console).add(to: router)
        return router
    }

    @Test func `pipelines and jobs are shown with their steps over time, and what a person wrote is text`() async throws
    {
        let fixture = try await ServerFixture()
        let store = SQLJobStore(fixture.metadata)
        let pipeline = Pipeline(
            name: "nightly",
            triggers: [.cron(try CronExpression("0 2 * * *"), .gmt)],
            steps: [
                StepPlan(name: "load<b>", work: .ingest(["sales"])),
                StepPlan(name: "train", needs: ["load<b>"], work: .train("price")),
            ]
        )
        let stored = try await JobDesk(store: store, newID: { "j1" }, now: { Self.now }).begin(pipeline, by: "ada")
        let claimed = try await store.claim(as: "h:1:2:3", at: Self.now, until: Self.now + .days(1), only: nil) { _ in
            false
        }
        let lease = try #require(claimed?.lease)
        var machine = JobMachine(stored.job)
        machine.wasClaimed(at: Self.now)
        machine.stepDidStart(0, at: Self.now)
        machine.stepDidSucceed(0, ["rows": 1_234], at: Self.now + .seconds(30))
        machine.stepDidStart(1, at: Self.now + .seconds(30))
        try await store.save(machine.job, lease, keeping: true, notBefore: nil)
        try await store.append(
            [JobLogLine(step: "train", start: 1, at: Self.now, text: "<script>alert(1)</script>")],
            to: "j1",
            lease
        )
        try await Application(router: try self.router(fixture, store, pipeline))
            .test(.router) { client in
                let list = try await client.execute(uri: "/console/pipelines", method: .get)
                let listed = String(buffer: list.body)
                #expect(list.status == .ok)
                #expect(listed.contains("0 2 * * * GMT") && listed.contains(#"href="/console/jobs/j1""#))
                #expect(!listed.contains("{{"))
                let page = try await client.execute(uri: "/console/jobs/j1", method: .get)
                let body = String(buffer: page.body)
                #expect(page.status == .ok)
                #expect(body.contains(#"class="bar succeeded""#) && body.contains(#"class="bar running""#))
                #expect(body.contains("rows 1,234") && body.contains(#"data-live="1500""#))
                #expect(body.contains("load&lt;b&gt;") && !body.contains("load<b>"))
                #expect(body.contains("&lt;script&gt;alert(1)") && !body.contains("<script>alert"))
                #expect(!body.contains("{{"))
                let korean = try await client.execute(
                    uri: "/console/jobs/j1",
                    method: .get,
                    headers: [.acceptLanguage: "ko"]
                )
                #expect(String(buffer: korean.body).contains("실행 중"))
                #expect(try await client.execute(uri: "/console/jobs/j9", method: .get).status == .notFound)
            }
    }
}
