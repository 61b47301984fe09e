import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletReleases
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Synchronization
import Testing

@testable import MartletServer

/// The pages of endpoints, releases and A/B tests, over real stores and the real rules.
struct ReleasePagesTests {
    private static let form = String(repeating: "a", count: FormToken.length)

    private struct Answer {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let body: String
    }

    private func get(
        _ stage: ReleaseStage,
        _ path: String,
        _ headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await Application(router: try stage.router())
            .test(.router) { client in
                try await client.execute(uri: path, method: .get, headers: headers) {
                    Answer(status: $0.status, headers: $0.headers, body: String(buffer: $0.body))
                }
            }
    }

    private func decide(_ stage: ReleaseStage, _ id: String, _ form: FormText) async throws -> Answer {
        let text = form.setting("token", Self.form).text
        return try await Application(router: try stage.router())
            .test(.router) { client in
                try await client.execute(
                    uri: "/console/releases/\(id)/decision",
                    method: .post,
                    headers: [.cookie: "martlet_form=\(Self.form)"],
                    body: ByteBuffer(string: text)
                ) { Answer(status: $0.status, headers: $0.headers, body: String(buffer: $0.body)) }
            }
    }

    private func plan(_ stage: ReleaseStage) -> ReleasePlan { stage.life.withLock { $0.plan } }

    @Test func `an endpoint shows its variants, what is released there and what was live`() async throws {
        let stage = try await ReleaseStage()
        let list = try await self.get(stage, "/console/endpoints")
        #expect(list.status == .ok && list.body.contains(#"href="/console/endpoints/prices""#))
        _ = try await stage.desk.startExperiment(self.plan(stage), ReleaseStage.version, stage.author())
        try await stage.pass(.seconds(600), tick: .seconds(60))
        let page = try await self.get(stage, "/console/endpoints/prices")
        #expect(page.body.contains(#"data-variant="control""#) && page.body.contains(#"data-variant="treatment""#))
        #expect(page.body.contains("90 %") && page.body.contains("10 %"))
        #expect(page.body.contains(#"href="/console/releases/r1""#) && page.body.contains(#"data-live="2000""#))
        #expect(!page.body.contains("{{"))
        let missing = try await self.get(stage, "/console/endpoints/none")
        #expect(missing.status == .notFound)
        let korean = try await self.get(stage, "/console/endpoints/prices", [.acceptLanguage: "ko"])
        #expect(korean.body.contains("변형") && korean.body.contains("A/B 테스트"))
    }

    @Test func `an A/B test shows bounds over time, metrics, split and forecast, and is promoted from its page`()
        async throws
    {
        let stage = try await ReleaseStage()
        _ = try await stage.desk.startExperiment(self.plan(stage), ReleaseStage.version, stage.author())
        try await stage.pass(.days(5), tick: .seconds(3_600))
        let page = try await self.get(stage, "/console/releases/r1")
        #expect(page.status == .ok)
        #expect(page.body.contains("band-chart") && page.body.contains("wanted improvement"))
        #expect(page.body.contains("contract_rate") && page.body.contains("Units arrive as planned"))
        #expect(page.body.contains("Least detectable effect"))
        // The drawing and the table tell the same: the improvement of 20 %.
        #expect(page.body.contains("+20.0 %"))
        try await stage.pass(.days(4), tick: .seconds(3_600))
        let won = try await self.get(stage, "/console/releases/r1")
        #expect(won.body.contains("Won, a person decides") && won.body.contains(#"value="promote""#))
        let sent = try await self.decide(
            stage,
            "r1",
            FormText().setting("decision", "promote").setting("by", "ada").setting("reason", "it won")
        )
        #expect(sent.status == .seeOther)
        let over = try await self.get(stage, "/console/releases/r1")
        #expect(over.body.contains("Nothing is left to decide."))
        let release = try #require(try await stage.store.openRuns().first?.run)
        #expect(release.kind == "release" && release.new.version == ReleaseStage.version)
    }

    @Test func `a split that does not hold is said loudly`() async throws {
        let stage = try await ReleaseStage()
        stage.life.withLock { $0.arriving = 0.2 }
        _ = try await stage.desk.startExperiment(self.plan(stage), ReleaseStage.version, stage.author())
        try await stage.pass(.days(8), tick: .seconds(7_200))
        let page = try await self.get(stage, "/console/releases/r1")
        #expect(page.body.contains("Units do not arrive as planned") && page.body.contains("notice bad"))
    }

    @Test func `a release shows each gate with its figures, and a person rolls it back from its page`() async throws {
        let stage = try await ReleaseStage()
        _ = try await stage.desk.startRelease(self.plan(stage), ReleaseStage.version, stage.author())
        try await stage.pass(.seconds(300), tick: .seconds(5))
        let page = try await self.get(stage, "/console/releases/r1")
        #expect(page.status == .ok && page.body.contains(#"<li class="here">"#))
        #expect(page.body.contains("Error rate below 1.00 %") && page.body.contains("P95 within 500 ms"))
        #expect(page.body.contains("All 1 recorded requests were answered as expected."))
        let nameless = try await self.decide(stage, "r1", FormText().setting("decision", "abort"))
        #expect(nameless.status == .unprocessableContent)
        let nothing = try await self.decide(stage, "r1", FormText().setting("by", "ada"))
        #expect(nothing.status == .badRequest)
        let form = FormText().setting("decision", "abort").setting("by", "ada").setting("reason", "no <b>good</b>")
        #expect(try await self.decide(stage, "r1", form).status == .seeOther)
        try await stage.pass(.seconds(30), tick: .seconds(5))
        let back = try await self.get(stage, "/console/releases/r1")
        #expect(back.body.contains("Rolled back") && back.body.contains(#"<li class="failed">"#))
        #expect(back.body.contains("no &lt;b&gt;good") && !back.body.contains("no <b>"))
        #expect(try await stage.fixture.deployments.deployment(of: "prices")?.version == ModelVersionID("prices", 1))
        let late = try await self.decide(stage, "r1", form)
        #expect(late.status == .conflict)
        let ledger = try await self.get(stage, "/console/ledger?subject=release:r1")
        #expect(ledger.body.contains(#"href="/console/releases/r1""#))
    }

    @Test func `a breach is shown with its figures`() async throws {
        let stage = try await ReleaseStage()
        stage.life.withLock { $0.errorShare = 0.1 }
        _ = try await stage.desk.startRelease(self.plan(stage), ReleaseStage.version, stage.author())
        try await stage.pass(.seconds(600), tick: .seconds(5))
        let page = try await self.get(stage, "/console/releases/r1")
        #expect(page.body.contains("proven wrong") && page.body.contains("Rolled back"))
    }

    @Test func `a trail reads each decision once`() async throws {
        let stage = try await ReleaseStage()
        _ = try await stage.desk.startExperiment(self.plan(stage), ReleaseStage.version, stage.author())
        try await stage.pass(.days(2), tick: .seconds(1_800))
        let run = try #require(try await stage.store.run("r1")?.run)
        let trails = ReleaseTrails()
        let first = try await trails.trail(of: run, in: stage.store)
        let again = try await trails.trail(of: run, in: stage.store)
        #expect(first.points == again.points && first.sequence == again.sequence && first.points.count > 20)
        try await stage.pass(.days(1), tick: .seconds(1_800))
        let later = try await trails.trail(of: run, in: stage.store)
        let anew = try await ReleaseTrails().trail(of: run, in: stage.store)
        #expect(later.points == anew.points && later.points.count > first.points.count)
    }
}
