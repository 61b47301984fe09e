import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletServer
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

/// Roles on experiments, models and endpoints, over every surface of a server with real stores.
struct GuardTests {
    private let fixture: ServerFixture
    private let accounts: AccessFixture
    private let tracking: SQLTrackingStore
    private let artifacts: FileArtifactStore

    private static let now = EventTime(microseconds: 1_700_000_000_000_000)
    private static let author = Attribution(by: "root", at: GuardTests.now)

    init() async throws {
        self.fixture = try await ServerFixture()
        try await self.fixture.deploy(1)
        self.accounts = AccessFixture(self.fixture.metadata)
        self.tracking = SQLTrackingStore(self.fixture.metadata)
        self.artifacts = FileArtifactStore(root: self.fixture.folder.appending(path: "artifacts").path)
    }

    /// A client that sends one account's key.
    private struct Caller: Sendable {
        let client: any TestClientProtocol
        let key: APIKeyText

        func call(
            _ method: HTTPRequest.Method,
            _ path: String,
            _ body: String? = nil
        ) async throws -> TestResponse {
            try await self.client.execute(
                uri: path,
                method: method,
                headers: [.authorization: "Bearer \(self.key.exposed)"],
                body: body.map { ByteBuffer(string: $0) }
            )
        }

        func mlflow(_ call: String, _ body: String) async throws -> TestResponse {
            try await self.call(.post, "/api/2.0/mlflow/\(call)", body)
        }

        /// Expects the refusal of MLflow's protocol.
        func isRefused(_ response: TestResponse, _ comment: Comment? = nil) throws {
            #expect(response.status == .forbidden, comment)
            #expect(try response.json()["error_code"] == "PERMISSION_DENIED", comment)
            #expect(!String(buffer: response.body).contains(self.key.secret), comment)
        }
    }

    private func test(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        var context = ServerContext(
            gateway: self.fixture.gateway,
            process: { .init(residentBytes: 1_000, cpuSeconds: 0.5) },
            registry: self.fixture.registry,
            mlflow: MLflowServices(
                tracking: self.tracking,
                registry: self.fixture.registry,
                artifacts: self.artifacts,
                version: "1.2.3",
                now: { Self.now }
            ),
            version: "1.2.3"
        )
        context.authenticator = Authenticator(
            store: self.accounts.store,
            secret: self.accounts.secret,
            now: { Self.now }
        )
        context.packages = ModelPackageContext(registry: self.fixture.registry, rule: .anyone, now: { Self.now })
        context.console = try ConsoleRoutes(
            ConsoleContext(
                tracking: self.tracking,
                registry: self.fixture.registry,
                ledger: SQLLedger(self.fixture.metadata),
                deployments: self.fixture.deployments,
                artifacts: self.artifacts,
                access: context.authenticator,
                workspace: "test",
                version: "1.2.3",
                now: { Self.now }
            )
        )
        try await Application(router: ServerRouter.build(context), server: ServerRouter.http1(context))
            .test(.live) { try await body($0) }
    }

    private func experiment(_ name: String) async throws -> (id: String, run: RunID) {
        let experiment = try await self.tracking.createExperiment(
            named: name,
            artifactLocation: nil,
            tags: [:],
            at: Self.now
        )
        var generator = SystemRandomNumberGenerator()
        let id = RunID(using: &generator)
        _ = try await self.tracking.createRun(
            NewRun(id: id, experimentID: experiment.id, name: "r", user: "root", startedAt: Self.now)
        )
        _ = try await self.artifacts.put(
            Data("weights".utf8),
            at: .folder(experimentID: experiment.id, runID: id).appending("m.txt")
        )
        return (experiment.id, id)
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/api/2.0/mlflow/experiments/get?experiment_id=0"),
        (.post, "/api/2.0/mlflow/runs/create"), (.post, "/ajax-api/2.0/mlflow/runs/search"),
        (.get, "/api/3.0/mlflow/server-info"), (.get, "/api/2.0/mlflow-artifacts/artifacts?path="),
        (.put, "/api/2.0/mlflow-artifacts/artifacts/0/x"), (.get, "/get-artifact?run_id=a&path=b"),
        (.get, "/model-versions/get-artifact?name=a&version=1&path=b"),
        (.get, "/api/2.0/mlflow/webhooks"), (.get, "/api/2.0/mlflow/nothing"),
        (.post, "/api/2.0/mlflow-artifacts/mpu/create/0/x"),
    ])
    func `MLflow's paths refuse who shows nothing, in MLflow's shape`(
        method: HTTPRequest.Method,
        path: String
    ) async throws {
        try await self.test { client in
            let response = try await client.execute(uri: path, method: method)
            #expect(response.status == .unauthorized)
            #expect(try response.json()["error_code"] == "UNAUTHENTICATED")
            #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Basic") == true)
        }
    }

    @Test func `a role on an experiment holds for its runs, metrics and files, and for no other's`() async throws {
        let mine = try await self.experiment("team-a/price")
        let other = try await self.experiment("team-b/price")
        let key = try await self.accounts.key("ada", .contributor, on: "experiment:team-a/*")
        try await self.test { client in
            let ada = Caller(client: client, key: key)
            let files = "/api/2.0/mlflow-artifacts/artifacts"
            for (place, isMine) in [(mine, true), (other, false)] {
                let folder = "\(place.id)/\(place.run)/artifacts"
                let id = place.run.description
                let answers = [
                    try await ada.call(.get, "/api/2.0/mlflow/experiments/get?experiment_id=\(place.id)"),
                    try await ada.call(.get, "/api/2.0/mlflow/runs/get?run_id=\(id)"),
                    try await ada.mlflow("runs/create", #"{"experiment_id":"\#(place.id)"}"#),
                    try await ada.mlflow(
                        "runs/log-metric",
                        #"{"run_id":"\#(id)","key":"m","value":1,"timestamp":1,"step":0}"#
                    ),
                    try await ada.mlflow("runs/set-tag", #"{"run_id":"\#(id)","key":"k","value":"v"}"#),
                    try await ada.mlflow("runs/search", #"{"experiment_ids":["\#(place.id)"]}"#),
                    try await ada.call(.get, "/api/2.0/mlflow/metrics/get-history?run_id=\(id)&metric_key=m"),
                    try await ada.mlflow("logged-models", #"{"experiment_id":"\#(place.id)","name":"m"}"#),
                    try await ada.call(.get, "\(files)/\(folder)/m.txt"),
                    try await ada.call(.get, "\(files)?path=\(folder)"),
                    try await ada.call(.put, "\(files)/\(folder)/new.txt", "x"),
                    try await ada.call(.get, "/get-artifact?run_id=\(id)&path=m.txt"),
                ]
                for (index, answer) in answers.enumerated() {
                    if isMine {
                        #expect(answer.status == .ok, "\(index): \(String(buffer: answer.body))")
                    } else {
                        try ada.isRefused(answer, "\(index): \(String(buffer: answer.body))")
                    }
                }
            }
            // A path below no experiment belongs to nobody in particular.
            try ada.isRefused(try await ada.call(.put, "\(files)/elsewhere/x.txt", "x"))
            try ada.isRefused(
                try await ada.mlflow("experiments/delete", #"{"experiment_id":"\#(mine.id)"}"#),
                "a contributor deletes no experiment"
            )
            try ada.isRefused(
                try await ada.mlflow("experiments/update", #"{"experiment_id":"\#(mine.id)","new_name":"team-a/z"}"#)
            )
        }
        #expect(try await self.tracking.run(other.run)?.metrics.isEmpty == true)
        #expect(try await self.artifacts.entry(at: ArtifactPath("\(other.id)/\(other.run)/artifacts/new.txt")) == nil)
        #expect(try await self.tracking.experiment(named: "team-a/price")?.lifecycle == .active)
    }

    @Test func `lists hold what the account may read`() async throws {
        let mine = try await self.experiment("team-a/price")
        _ = try await self.experiment("team-b/price")
        _ = try await self.fixture.registry.createModel(named: "rents", description: "", tags: [:], Self.author)
        let key = try await self.accounts.key("ada", .viewer, on: "experiment:team-a/*")
        _ = try await self.accounts.key("ada", .viewer, on: "model:rents")
        try await self.test { client in
            let ada = Caller(client: client, key: key)
            let experiments = try await ada.mlflow("experiments/search", #"{"max_results":10}"#).json()
            #expect(experiments.canonicalText.contains("team-a/price"))
            #expect(!experiments.canonicalText.contains("team-b/price"))
            let root = try await ada.call(.get, "/api/2.0/mlflow-artifacts/artifacts").json()
            #expect(root["files"] == .array([.object(["is_dir": true, "path": .string(mine.id)])]))
            for models in [
                try await ada.call(.get, "/api/2.0/mlflow/registered-models/search"),
                try await ada.call(.get, "/v1/models"),
            ] {
                let text = try models.json().canonicalText
                #expect(text.contains("rents") && !text.contains("prices"), "\(text)")
            }
            let versions = try await ada.call(.get, "/api/2.0/mlflow/model-versions/search").json()
            #expect(versions == .object([:]))
            #expect(try await ada.call(.get, "/v1/endpoints").json()["endpoints"] == .array([]))
            #expect(try await ada.call(.get, "/v1/models/prices/versions").status == .forbidden)
            let groups = try await client.execute(
                uri: "/",
                method: .post,
                headers: [
                    .authorization: "Bearer \(key.exposed)",
                    try #require(HTTPField.Name("X-Amz-Target")): "SageMaker.ListModelPackageGroups",
                ]
            )
            #expect(try groups.json().canonicalText.contains("model-package-group/rents"))
            #expect(try !groups.json().canonicalText.contains("model-package-group/prices"))
        }
    }

    @Test func `the registry takes the role each change needs`() async throws {
        let viewer = try await self.accounts.key("vera", .viewer, on: "model:pri*")
        let contributor = try await self.accounts.key("carl", .contributor, on: "model:pri*")
        let elsewhere = try await self.accounts.key("eve", .admin, on: "model:rents")
        let admin = try await self.accounts.key("root", .admin)
        try await self.test { client in
            func status(
                _ key: APIKeyText,
                _ method: HTTPRequest.Method,
                _ path: String,
                _ body: String
            ) async throws
                -> Int
            {
                let caller = Caller(client: client, key: key)
                let answer = try await caller.call(method, "/api/2.0/mlflow/" + path, body)
                if answer.status != .ok { try caller.isRefused(answer, "\(path): \(String(buffer: answer.body))") }
                return answer.status.code
            }
            let tag = #"{"name":"prices","version":"2","key":"k","value":"v"}"#
            let stage = #"{"name":"prices","version":"2","stage":"Staging","archive_existing_versions":false}"#
            let rename = #"{"name":"prices","new_name":"rents"}"#
            let version = #"{"name":"prices","version":"2"}"#
            let alias = #"{"name":"prices","alias":"best","version":"2"}"#
            for (key, mayWrite) in [(viewer, false), (elsewhere, false), (contributor, true)] {
                let written = mayWrite ? 200 : 403
                #expect(try await status(key, .post, "model-versions/set-tag", tag) == written)
                #expect(try await status(key, .post, "model-versions/transition-stage", stage) == written)
                #expect(try await status(key, .post, "registered-models/alias", alias) == written)
                #expect(try await status(key, .post, "registered-models/rename", rename) == 403)
                #expect(try await status(key, .delete, "model-versions/delete", version) == 403)
            }
            #expect(try await status(admin, .delete, "model-versions/delete", version) == 200)
            let reader = Caller(client: client, key: viewer)
            #expect(
                try await reader.call(.get, "/api/2.0/mlflow/registered-models/get?name=prices").status == .ok
            )
            try reader.isRefused(try await reader.call(.get, "/api/2.0/mlflow/registered-models/get?name=rents"))
        }
        let entries = try await SQLLedger(self.fixture.metadata).newestEntries(of: "model:prices:2", limit: 10)
        #expect(entries.first?.actor == "root")
        #expect(entries.contains { $0.actor == "carl" && $0.action == "version.tagged" })
        #expect(!entries.contains { $0.actor == "vera" || $0.actor == "eve" })
    }

    @Test func `who a request says it is does not count, the account of its key does`() async throws {
        let key = try await self.accounts.key("ada", .contributor)
        try await self.test { client in
            let ada = Caller(client: client, key: key)
            let made = try await ada.mlflow("registered-models/create", #"{"name":"fresh","user_id":"root"}"#)
            #expect(made.status == .ok)
        }
        let entry = try await SQLLedger(self.fixture.metadata).newestEntries(of: "model:fresh", limit: 1).first
        #expect(entry?.actor == "ada")
    }

    @Test func `who signs in to the console with a key sees and decides what its roles reach`() async throws {
        let viewer = try await self.accounts.key("vera", .viewer, on: "model:prices")
        let approver = try await self.accounts.key("anna", .approver, on: "model:prices")
        try await self.test { client in
            for (key, mayDecide) in [(viewer, false), (approver, true)] {
                let form = try await client.execute(uri: "/console/sign-in", method: .get)
                #expect(form.status == .ok)
                let formCookie = try #require(form.headers[.setCookie]?.split(separator: ";").first).description
                let token = try #require(formCookie.split(separator: "=").last).description
                func send(_ path: String, _ body: String, _ cookies: String) async throws -> TestResponse {
                    try await client.execute(
                        uri: path,
                        method: .post,
                        headers: [.cookie: cookies, .contentType: "application/x-www-form-urlencoded"],
                        body: ByteBuffer(string: "token=\(token)&" + body)
                    )
                }
                let wrong = try await send("/console/sign-in", "key=mk_a_b", formCookie)
                #expect(wrong.headers[values: .setCookie].allSatisfy { !$0.hasPrefix("martlet_session") })
                let entered = try await send("/console/sign-in", "key=\(key.exposed)", formCookie)
                #expect(entered.status == .seeOther)
                let session = try #require(
                    entered.headers[values: .setCookie].first { $0.hasPrefix("martlet_session=") }?
                        .split(separator: ";")
                        .first
                )
                let cookies = "\(formCookie); \(session)"
                func status(_ path: String) async throws -> Int {
                    let page = try await client.execute(uri: path, method: .get, headers: [.cookie: cookies])
                    return page.status.code
                }
                #expect(try await status("/console/models/prices") == 200)
                #expect(try await status("/console/models/rents") == 403)
                #expect(try await status("/console/ledger") == 403)
                #expect(try await status("/console/ledger?subject=model:prices:2") == 200)
                #expect(try await status("/console/ledger?subject=model:rents:1") == 403)
                #expect(try await status("/console/ledger?subject=model:prices:2&check=1") == 200)
                let decision = "decision=reject&reason=late"
                let decided = try await send("/console/models/prices/versions/2/decision", decision, cookies)
                #expect(decided.status == (mayDecide ? .seeOther : .forbidden), "\(String(buffer: decided.body))")
            }
        }
        let decisions = try await self.fixture.registry.decisions(on: ModelVersionID("prices", 2))
        #expect(decisions.last?.status == .rejected)
        #expect(decisions.last?.decision?.actor == "anna")
    }

    @Test func `a small predict request is answered on its connection for a key that may ask, and for no other`()
        async throws
    {
        let allowed = try await self.accounts.key("web", .viewer, on: "endpoint:prices")
        let other = try await self.accounts.key("other", .viewer, on: "endpoint:rents")
        let body = #"{"inputs":[{"features":{"area":80.5}}]}"#
        try await self.test { client in
            for path in ["/v1/endpoints/prices/predict", "/v1/endpoints/prices/predict?a=1"] {
                for _ in 0..<3 {
                    #expect(try await Caller(client: client, key: allowed).call(.post, path, body).status == .ok)
                    #expect(
                        try await Caller(client: client, key: other).call(.post, path, body).status == .forbidden
                    )
                    let bare = try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body))
                    #expect(bare.status == .unauthorized)
                }
            }
        }
    }
}
