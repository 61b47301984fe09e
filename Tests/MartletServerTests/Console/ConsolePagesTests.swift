import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

@testable import MartletServer

/// The console over real stores, in process.
struct ConsolePagesTests {
    private static let form = String(repeating: "a", count: FormToken.length)
    /// The account `name` with `role` everywhere.
    private static func principal(_ name: String, _ role: Role) -> Principal {
        let author = Attribution(by: "root", at: GatewayFixture.now, reason: nil)
        let grant = AccessGrant(account: name, role: role, scope: .everything, author: author)
        return Principal(name: name, person: name, grants: [grant], keyID: "k1")
    }

    /// Lets in who has the key `good`.
    private struct Door: ConsoleAccess {
        func session(forKey key: String) async throws(TrackingError) -> String {
            guard key == "good" else { throw TrackingError(.accessUnauthenticated, "not a key") }
            return "s1"
        }
    }

    private struct World {
        let fixture: ServerFixture
        let tracking: SQLTrackingStore
        let artifacts: FileArtifactStore

        init() async throws {
            self.fixture = try await ServerFixture()
            self.tracking = SQLTrackingStore(self.fixture.metadata)
            self.artifacts = FileArtifactStore(root: self.fixture.folder.appending(path: "artifacts").path)
        }

        func router(_ access: (any ConsoleAccess)? = nil) throws -> Router<BasicRequestContext> {
            let router = Router(context: BasicRequestContext.self)
            try ConsoleRoutes(
                ConsoleContext(
                    tracking: self.tracking,
                    registry: self.fixture.registry,
                    ledger: SQLLedger(self.fixture.metadata),
                    deployments: self.fixture.deployments,
                    artifacts: self.artifacts,
                    access: access,
                    workspace: "test",
                    version: "1.2.3",
                    now: { GatewayFixture.now }
                )
            )
            .add(to: router)
            return router
        }
    }

    private func get(
        _ router: Router<BasicRequestContext>,
        _ path: String,
        _ headers: HTTPFields = [:]
    ) async throws -> (HTTPResponse.Status, HTTPFields, String) {
        try await Application(router: router)
            .test(.router) { client in
                try await client.execute(uri: path, method: .get, headers: headers) {
                    ($0.status, $0.headers, String(buffer: $0.body))
                }
            }
    }

    private func post(
        _ router: Router<BasicRequestContext>,
        _ path: String,
        _ form: FormText,
        _ headers: HTTPFields = [:]
    ) async throws -> (HTTPResponse.Status, HTTPFields, String) {
        var headers = headers
        headers[.cookie] = "martlet_form=\(Self.form)"
        let text = form.setting("token", form["token"] ?? Self.form).text
        return try await Application(router: router)
            .test(.router) { [headers] client in
                try await client.execute(uri: path, method: .post, headers: headers, body: ByteBuffer(string: text)) {
                    ($0.status, $0.headers, String(buffer: $0.body))
                }
            }
    }

    @Test func `every page forbids scripts of others and is kept by no cache`() async throws {
        let world = try await World()
        let router = try world.router()
        let paths = [
            "/console", "/console/indicators", "/console/data", "/console/features", "/console/quality",
            "/console/retraining", "/console/alerts", "/console/objectives", "/console/experiments",
            "/console/models", "/console/models/prices", "/console/models/prices/versions/1",
            "/console/models/prices/versions/1/artifacts", "/console/ledger", "/console/compare", "/console/sign-in",
        ]
        for path in paths {
            let (status, headers, body) = try await self.get(router, path)
            #expect(status == .ok, "\(path)")
            let policy = headers[.contentSecurityPolicy] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"))
            #expect(headers[.cacheControl] == "private, no-store")
            #expect(body.contains("<!doctype html>") && !body.contains("{{"))
        }
        let (status, headers, _) = try await self.get(router, "/")
        #expect(status == .seeOther && headers[.location] == "/console")
    }

    @Test func `a page speaks the reader's language`() async throws {
        let router = try await World().router()
        let (_, headers, body) = try await self.get(
            router,
            "/console/experiments",
            [.acceptLanguage: "ko-KR,ko;q=0.9"]
        )
        #expect(body.contains("<h1>실험</h1>") && body.contains(#"<html lang="ko""#))
        #expect(headers[.contentLanguage] == "ko")
        let (_, _, english) = try await self.get(
            router,
            "/console/experiments",
            [.acceptLanguage: "ko", .cookie: "martlet_language=en"]
        )
        #expect(english.contains("<h1>Experiments</h1>"))
    }

    @Test(arguments: [
        "/console/experiments/99", "/console/runs/x", "/console/data/none", "/console/features/none",
        "/console/retraining/none", "/console/models/none", "/console/models/prices/versions/9",
        "/console/models/prices/versions/x", "/console/compare?run=x",
        "/console/models/prices/versions/1/files/none.txt",
    ])
    func `what is not there is a page that says so`(_ path: String) async throws {
        let (status, _, body) = try await self.get(World().router(), path)
        #expect(status == .notFound)
        #expect(body.contains("That is not here"))
    }

    @Test(arguments: ["..%2f..%2fmetadata.sqlite", "%2e%2e/metadata.sqlite", "a%00b", "a%5cb"])
    func `a path out of the run's folder is refused`(_ path: String) async throws {
        let world = try await World()
        let run = try await self.run(in: world)
        let (status, _, _) = try await self.get(world.router(), "/console/runs/\(run)/files/\(path)")
        #expect(status == .unprocessableContent || status == .notFound || status == .badRequest)
    }

    @Test func `a decision is recorded with its name and reason, and shown`() async throws {
        let world = try await World()
        let router = try world.router()
        let address = "/console/models/prices/versions/2"
        let form = FormText().setting("decision", "reject").setting("by", "박 Ada").setting("reason", "too <slow>")
        let (status, headers, _) = try await self.post(router, address + "/decision", form)
        #expect(status == .seeOther && headers[.location] == address + "?notice=rejected")
        let version = try #require(try await world.fixture.registry.version(ModelVersionID("prices", 2)))
        #expect(version.approval.status == .rejected)
        #expect(version.approval.decision?.actor == "박 Ada")
        #expect(version.approval.decision?.at == GatewayFixture.now)
        let (_, _, body) = try await self.get(router, address + "?notice=rejected")
        #expect(body.contains("too &lt;slow&gt;") && body.contains("Rejected. The version cannot be deployed."))
        let (_, _, ledger) = try await self.get(router, "/console/ledger")
        #expect(ledger.contains("too &lt;slow&gt;") && ledger.contains("The chain is whole."))
    }

    @Test func `a decision without a name, a reason or a verb is refused and changes nothing`() async throws {
        let world = try await World()
        let router = try world.router()
        let path = "/console/models/prices/versions/2/decision"
        let forms = [
            FormText("decision=reject&by=ada"), FormText("decision=reject&by=+&reason=x"), FormText("by=ada&reason=x"),
            FormText("decision=reject&by=ada&reason=x&token=\(String(repeating: "b", count: 64))"),
        ]
        let statuses: [HTTPResponse.Status] = [.unprocessableContent, .unprocessableContent, .badRequest, .forbidden]
        for (form, expected) in zip(forms, statuses) {
            #expect(try await self.post(router, path, form).0 == expected)
        }
        let elsewhere: HTTPFields = [.origin: "https://evil.example"]
        let good = FormText("decision=reject&by=ada&reason=x")
        #expect(try await self.post(router, path, good, elsewhere).0 == .forbidden)
        let version = try await world.fixture.registry.version(ModelVersionID("prices", 2))
        #expect(version?.approval.status == .approved)
    }

    @Test func `a version that is live is not rejected`() async throws {
        let world = try await World()
        try await world.fixture.deploy(2)
        let form = FormText("decision=reject&by=ada&reason=x")
        let (status, _, body) = try await self.post(world.router(), "/console/models/prices/versions/2/decision", form)
        #expect(status == .conflict)
        #expect(body.contains("prices"))
    }

    @Test func `where keys are asked for, a stranger is sent to the sign-in and back`() async throws {
        let router = try await World().router(Door())
        let (status, headers, _) = try await self.get(router, "/console/models?q=a")
        #expect(status == .seeOther)
        #expect(headers[.location] == "/console/sign-in?next=%2Fconsole%2Fmodels%3Fq%3Da")
        let bad = try await self.post(router, "/console/sign-in", FormText("key=bad"))
        #expect(bad.0 == .forbidden && bad.1[.setCookie] == nil && bad.2.contains("not known"))
        let good = try await self.post(router, "/console/sign-in", FormText("key=good&next=%2Fconsole%2Fmodels"))
        #expect(good.0 == .seeOther && good.1[.location] == "/console/models")
        let cookie = good.1[.setCookie] ?? ""
        #expect(cookie.hasPrefix("martlet_session=s1;") && cookie.contains("HttpOnly") && cookie.contains("SameSite"))
        let away = try await self.post(router, "/console/sign-in", FormText("key=good&next=https%3A%2F%2Fevil.example"))
        #expect(away.1[.location] == "/console")
    }

    @Test func `who is signed in decides under the account's name, and only with the role`() async throws {
        let world = try await World()
        let router = try world.router(Door())
        let path = "/console/models/prices/versions/2/decision"
        let form = FormText("decision=reject&by=mallory&reason=x")
        let viewer = Self.principal("vera", .viewer)
        let refused = try await Principal.$current.withValue(viewer) { try await self.post(router, path, form) }
        #expect(refused.0 == .forbidden && refused.2.contains("vera"))
        let approver = Self.principal("ada", .approver)
        let done = try await Principal.$current.withValue(approver) { try await self.post(router, path, form) }
        #expect(done.0 == .seeOther)
        let version = try await world.fixture.registry.version(ModelVersionID("prices", 2))
        #expect(version?.approval.decision?.actor == "ada")
    }

    @Test func `a broken filter is explained beside the box`() async throws {
        let world = try await World()
        let run = try await self.run(in: world)
        let runID = try #require(RunID(run))
        let id = try #require(try await world.tracking.run(runID)?.experimentID)
        let router = try world.router()
        let (_, _, all) = try await self.get(router, "/console/experiments/\(id)?filter=metrics.mae%20%3C%202")
        #expect(all.contains("data-run=\"\(run)\""))
        let (_, _, none) = try await self.get(router, "/console/experiments/\(id)?filter=metrics.mae%20%3E%202")
        #expect(none.contains("No run meets the filter."))
        let (status, _, broken) = try await self.get(router, "/console/experiments/\(id)?filter=colour%20%3D%20%271%27")
        #expect(status == .ok && broken.contains("colour") && broken.contains("filter-problem"))
    }

    @Test func `an artifact comes whole, and never as a page`() async throws {
        let world = try await World()
        let run = try await self.run(in: world)
        let id = try #require(RunID(run))
        let folder = try #require(try await world.tracking.run(id)).artifactFolder
        let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try await world.artifacts.put(bytes, at: folder.appending("예측 1.html"))
        let path = "/console/runs/\(run)/files/" + FormText.encode("예측 1.html")
        try await Application(router: world.router())
            .test(.router) { client in
                try await client.execute(uri: path, method: .get) { response in
                    #expect(response.body.readableBytesView.elementsEqual(bytes))
                    #expect(response.headers[.contentType] == "application/octet-stream")
                    #expect(response.headers[.contentDisposition]?.hasPrefix("attachment;") == true)
                    #expect(response.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
                }
            }
    }

    /// A run with one metric; its id.
    private func run(in world: World) async throws -> String {
        let experiment = try await world.tracking.experiment(orCreate: "e", at: GatewayFixture.now)
        let run = try await world.tracking.createRun(
            NewRun(id: .random(), experimentID: experiment.id, name: "r", user: "ada", startedAt: GatewayFixture.now)
        )
        try await world.tracking.log(RunBatch(metrics: [Metric("mae", 1.5, at: GatewayFixture.now)]), to: run.id)
        return run.id.description
    }
}
