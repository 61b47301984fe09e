import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletReleases
import MartletServer
import MartletServing
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

struct ReleaseRoutesTests {
    /// Any version can be loaded, and is the unit of the contract.
    private struct Loads: ReleaseProbe, ReleaseUnits {
        func obstacle(of version: ModelVersionID, at endpoint: String) async -> String? { nil }
        func loadFailure(of version: ModelVersionID) async -> String? { nil }
        func answers(
            of version: ModelVersionID,
            to health: ReleaseHealth
        ) async throws(TrackingError) -> [HealthRule.Check] { [] }
        func unit(of version: ModelVersionID, policy: ContentHash) async throws(TrackingError) -> ReleaseUnit {
            var unit = ReleaseStoreContract.unit(version.number)
            unit.version = version
            unit.policy = policy
            return unit
        }
    }

    private static let plan = ReleasePlan(name: "plan", endpoint: "prices", experiment: ExperimentPlan())

    /// A server over real stores with `prices:1` live.
    private static func context() async throws -> (ServerFixture, ServerContext) {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let store = SQLReleaseStore(fixture.metadata)
        let desk = ReleaseDesk(
            store: store,
            deployments: fixture.deployments,
            registry: fixture.registry,
            probe: Loads(),
            units: Loads(),
            newID: { "r\(UUID().uuidString.prefix(8))" }
        )
        var context = ServerContext(
            gateway: fixture.gateway,
            process: { .init(residentBytes: 0, cpuSeconds: 0) },
            registry: fixture.registry,
            version: "1"
        )
        context.releases = ReleaseContext(
            store: store,
            desk: desk,
            ledger: SQLLedger(fixture.metadata),
            registry: fixture.registry,
            plans: { [Self.plan] },
            now: { GatewayFixture.now }
        )
        return (fixture, context)
    }

    private static func test(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let (_, context) = try await Self.context()
        try await Application(router: ServerRouter.build(context)).test(.router, body)
    }

    @Test func `another method is answered with 405 and the methods there are`() async throws {
        try await Self.test { client in
            let paths = [
                ("/v1/releases", "GET, POST"), ("/v1/releases/r1", "GET"), ("/v1/releases/r1/decisions", "GET"),
                ("/v1/releases/r1/replay", "GET"), ("/v1/releases/r1/abort", "POST"),
                ("/v1/experiments/r1/stop", "POST"), ("/v1/experiments/r1/promote", "POST"),
            ]
            for (path, allowed) in paths {
                let refused = try await client.execute(uri: path, method: .delete)
                #expect(refused.status == .methodNotAllowed, "\(path)")
                #expect(refused.headers[.allow] == allowed, "\(path)")
                #expect(try refused.json()["code"] == "request.methodNotAllowed")
            }
        }
    }

    @Test func `a release is started, seen, explained, replayed and ended over HTTP`() async throws {
        try await Self.test { client in
            let started = try await client.post("/v1/releases", #"{"plan":"plan","version":"prices:2","by":"ada"}"#)
            #expect(started.status == .created)
            guard case .string(let id)? = try started.json()["release"]?["id"] else {
                Issue.record("no id in \(try started.json())")
                return
            }
            let listed = try await client.send("/v1/releases?endpoint=prices").json()
            #expect(listed["releases"]?.canonicalText.contains(id) == true)
            let shown = try await client.send("/v1/releases/\(id)").json()
            #expect(shown["release"]?["phase"] == "starting")
            #expect(shown["newest_decision"]?["verdict"] == "start")
            let busy = try await client.post("/v1/experiments", #"{"plan":"plan","version":"prices:2"}"#)
            #expect(busy.status == .conflict)
            #expect(try busy.json()["code"] == "release.endpointBusy")
            let ended = try await client.post("/v1/releases/\(id)/rollback", #"{"reason":"wrong","by":"ada"}"#)
            #expect(ended.status == .ok)
            #expect(try ended.json()["release"]?["phase"] == "rolling-back")
            let again = try await client.post("/v1/releases/\(id)/abort", "")
            #expect(again.status == .conflict)
            #expect(try again.json()["code"] == "release.wrongPhase")
            let decisions = try await client.send("/v1/releases/\(id)/decisions").json()
            #expect(decisions["decisions"]?.canonicalText.contains("ada decided 'abort': wrong") == true)
            let replay = try await client.send("/v1/releases/\(id)/replay").json()
            #expect(replay == ["decisions": 2, "agrees": true, "faults": []])
        }
    }

    @Test func `an experiment is started and stopped over HTTP`() async throws {
        try await Self.test { client in
            let started = try await client.post("/v1/experiments", #"{"plan":"plan","version":"prices:2"}"#)
            #expect(started.status == .created)
            guard case .string(let id)? = try started.json()["experiment"]?["id"] else {
                Issue.record("no id in \(try started.json())")
                return
            }
            #expect(try await client.send("/v1/releases/\(id)").status == .notFound)
            let early = try await client.post("/v1/experiments/\(id)/promote", "{}")
            #expect(early.status == .conflict)
            let stopped = try await client.post("/v1/experiments/\(id)/stop", #"{"reason":"holiday"}"#)
            #expect(try stopped.json()["experiment"]?["outcome"] == "stopped")
        }
    }

    @Test func `the description names exactly the routes of releases there are`() async throws {
        let (_, context) = try await Self.context()
        let router = ServerRouter.build(context)
        let found = router.routes.filter {
            $0.path.description.hasPrefix("/v1/releases") || $0.path.description.hasPrefix("/v1/experiments")
        }
        let described = OpenAPIDocument.releaseOperations.map { "\($0.method) \($0.path)" }
        let answered = found.map { "\($0.method.rawValue.lowercased()) \($0.path)" }
        #expect(Set(answered).isSuperset(of: described))
        #expect(Set(described).count == described.count)
        // What is not described is there to say so.
        let refused = zip(found, answered).filter { !described.contains($1) }
            .map { (path: $0.0.path.description.replacing("{id}", with: "r1"), method: $0.0.method) }
        #expect(!refused.isEmpty)
        try await Application(router: router)
            .test(.router) { client in
                for (path, method) in refused {
                    let status = try await client.execute(uri: path, method: method).status
                    #expect(status == .methodNotAllowed, "\(method) \(path)")
                }
            }
        let document = OpenAPIDocument.document(version: "1")
        #expect(document["paths"]?["/v1/releases"]?["get"]?["operationId"] == "listReleases")
        #expect(document["paths"]?["/v1/releases"]?["post"]?["operationId"] == "startRelease")
    }

    @Test(arguments: [
        (#"{"plan":"plam","version":"prices:2"}"#, 404, "release.notFound"),
        (#"{"plan":"plan"}"#, 422, "release.invalid"), (#"{"plan":"plan","vers":"x"}"#, 422, "release.invalid"),
        (#"[]"#, 422, "release.invalid"), (#"{"plan":"plan","version":"prices:1"}"#, 409, "release.sameVersion"),
        (#"{"plan":"plan","version":"prices:9"}"#, 404, "registry.versionNotFound"),
        (#"{"plan":"plan","version":"prices:2","waive":{"aproved":"x"}}"#, 422, "release.invalid"),
    ])
    func `a wrong start answers with its status and the one error shape`(
        _ body: String,
        _ status: Int,
        _ code: String
    ) async throws {
        try await Self.test { client in
            let response = try await client.post("/v1/releases", body)
            #expect(response.status.code == status)
            #expect(try response.json()["code"] == .string(code))
        }
    }

    @Test func `a viewer of the endpoint sees a release, an approver ends it, others see nothing`() async throws {
        var (fixture, context) = try await Self.context()
        let accounts = AccessFixture(fixture.metadata)
        context.authenticator = Authenticator(
            store: accounts.store,
            secret: accounts.secret,
            now: { EventTime(microseconds: 1_700_000_000_000_000) }
        )
        let state = try ReleaseStoreContract.release("r1", at: "prices")
        _ = try await SQLReleaseStore(fixture.metadata)
            .begin(.release(state), [], Attribution(by: "ada", at: GatewayFixture.now))
        let viewer = try await accounts.key("vera", .viewer, on: "endpoint:prices")
        let approver = try await accounts.key("abe", .approver, on: "endpoint:prices")
        let other = try await accounts.key("otto", .approver, on: "endpoint:rents")
        try await Application(router: ServerRouter.build(context))
            .test(.router) { client in
                func call(_ path: String, _ method: HTTPRequest.Method, _ key: APIKeyText) async throws -> TestResponse
                {
                    try await client.execute(
                        uri: path,
                        method: method,
                        headers: AccessTests.bearer(key),
                        body: ByteBuffer(string: method == .post ? #"{"by":"root"}"# : "")
                    )
                }
                #expect(try await call("/v1/releases/r1", .get, viewer).status == .ok)
                #expect(try await call("/v1/releases/r1/abort", .post, viewer).status == .forbidden)
                #expect(try await call("/v1/releases/r1", .get, other).status == .forbidden)
                let listed = try await call("/v1/releases", .get, other)
                #expect(try listed.json() == ["releases": []])
                #expect(try await call("/v1/releases/r1/abort", .post, approver).status == .ok)
            }
        // The ledger names the account, not the name the request claims.
        let entries = try await SQLLedger(fixture.metadata).newestEntries(of: "release:r1", limit: 1)
        #expect(entries.first?.actor == "abe")
    }
}

extension TestClientProtocol {
    fileprivate func post(_ path: String, _ body: String) async throws -> TestResponse {
        try await self.execute(uri: path, method: .post, body: ByteBuffer(string: body))
    }
}
