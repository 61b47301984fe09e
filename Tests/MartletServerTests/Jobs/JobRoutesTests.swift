import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletJobs
import MartletServer
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

struct JobRoutesTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)
    private static let commit = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"

    private static let pipelines = [
        Pipeline(
            name: "nightly",
            triggers: [
                .http(key: SecretText("hush")), .interval(.seconds(3_600)),
                .push(secret: SecretText("It's a Secret to Everybody"), branch: "main", update: true),
            ],
            steps: [StepPlan(name: "load", work: .ingest(["sales"]))]
        ),
        Pipeline(name: "weekly", steps: [StepPlan(name: "train", work: .train("price"))]),
    ]

    private static func context() async throws -> (ServerFixture, ServerContext, any JobStore) {
        let fixture = try await ServerFixture()
        let store = SQLJobStore(fixture.metadata)
        let desk = JobDesk(store: store, newID: { "j\(UUID().uuidString.prefix(8))" }, now: { Self.now })
        var context = ServerContext(
            gateway: fixture.gateway,
            process: { .init(residentBytes: 0, cpuSeconds: 0) },
            registry: fixture.registry,
            version: "1"
        )
        context.jobs = JobContext(store: store, desk: desk, pipelines: { Self.pipelines }, now: { Self.now })
        return (fixture, context, store)
    }

    private static func call(
        _ context: ServerContext,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: [String: String] = [:],
        body: String = ""
    ) async throws -> TestResponse {
        let fields = try headers.reduce(into: HTTPFields()) { fields, header in
            fields[try #require(HTTPField.Name(header.key))] = header.value
        }
        return try await Application(router: ServerRouter.build(context))
            .test(.router) { client in
                try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: body))
            }
    }

    /// What `openssl dgst -sha256 -hmac` makes of a push to `main` and to `draft`.
    private static let signatures = [
        "main": "sha256=1378b0dc8ba287020befc7cc043e239b8f8080ae0f39c9bf6df1cf5688c7ee9f",
        "draft": "sha256=2fecda79ef98c82dfd96fa521b64c59da9800dc904104c8fbf680ec1bec1910f",
    ]

    @Test func `a key starts its own pipeline, once for each name of a request`() async throws {
        let (_, context, store) = try await Self.context()
        let path = "/v1/pipelines/nightly/trigger"
        let headers = ["X-Trigger-Key": "hush", "Idempotency-Key": "order-1"]
        #expect(try await Self.call(context, .post, path, headers).status == .accepted)
        let again = try await Self.call(context, .post, path, headers)
        #expect(again.status == .ok)
        #expect(try again.json()["repeated"] == true)
        #expect(try await store.jobs(JobFilter()).count == 1)
        for (name, key) in [("nightly", "hus"), ("weekly", "hush"), ("none", "hush")] {
            let refused = try await Self.call(context, .post, "/v1/pipelines/\(name)/trigger", ["X-Trigger-Key": key])
            #expect(refused.status == .forbidden)
            #expect(try refused.json()["code"] == "job.triggerRefused")
        }
        #expect(try await store.jobs(JobFilter()).count == 1)
    }

    @Test func `where accounts are asked for, a key or a signature is enough, and nothing else`() async throws {
        var (fixture, context, store) = try await Self.context()
        let accounts = AccessFixture(fixture.metadata)
        context.authenticator = Authenticator(store: accounts.store, secret: accounts.secret, now: { Self.now })
        #expect(try await Self.call(context, .get, "/v1/jobs").status == .unauthorized)
        let path = "/v1/pipelines/nightly/trigger"
        #expect(try await Self.call(context, .post, path).status == .unauthorized)
        #expect(try await Self.call(context, .post, path, ["X-Trigger-Key": "guess"]).status == .forbidden)
        #expect(try await Self.call(context, .post, path, ["X-Trigger-Key": "hush"]).status == .accepted)
        let viewer = try await accounts.key("vera", .viewer, on: "*")
        let bearer = ["Authorization": try #require(AccessTests.bearer(viewer)[.authorization])]
        #expect(try await Self.call(context, .get, "/v1/jobs", bearer).status == .ok)
        #expect(try await Self.call(context, .post, path, bearer).status == .forbidden)
        #expect(try await Self.call(context, .post, "/v1/pipelines/nightly/push", body: "{}").status == .forbidden)
        #expect(try await store.jobs(JobFilter()).count == 1)
    }

    @Test func `a signed push starts one job for its commit, other branches none`() async throws {
        let (_, context, store) = try await Self.context()
        let path = "/v1/pipelines/nightly/push"
        let body = #"{"ref": "refs/heads/main", "after": "\#(Self.commit)"}"#
        let signed = ["X-Hub-Signature-256": try #require(Self.signatures["main"])]
        #expect(try await Self.call(context, .post, path, signed, body: body).status == .accepted)
        let again = try await Self.call(context, .post, path, signed, body: body)
        #expect(try again.json()["repeated"] == true)
        #expect(try await Self.call(context, .post, path, signed, body: body + " ").status == .forbidden)
        let other = #"{"ref": "refs/heads/draft", "after": "\#(Self.commit)"}"#
        let ignored = try await Self.call(
            context,
            .post,
            path,
            ["X-Hub-Signature-256": try #require(Self.signatures["draft"])],
            body: other
        )
        #expect(try ignored.json()["ignored"] == "no trigger is for this branch")
        let token = ["X-Gitlab-Token": "It's a Secret to Everybody"]
        #expect(try await Self.call(context, .post, path, token, body: #"{"object_kind": "tag_push"}"#).status == .ok)
        let jobs = try await store.jobs(JobFilter())
        #expect(jobs.map(\.job.cause.commit?.id) == [Self.commit])
    }

    @Test func `jobs are listed, shown, cancelled and retried`() async throws {
        let (_, context, store) = try await Self.context()
        let begun = try await Self.call(context, .post, "/v1/pipelines/weekly/trigger")
        #expect(begun.status == .accepted)
        guard case .string(let id)? = try begun.json()["job"]?["id"] else {
            Issue.record("no id in \(try begun.json())")
            return
        }
        let pipelines = try await Self.call(context, .get, "/v1/pipelines").json()
        guard case .array(let list)? = pipelines["pipelines"] else {
            Issue.record("no pipelines")
            return
        }
        #expect(list.map { $0["name"] } == ["nightly", "weekly"])
        #expect(list[0]["next_tick"] == .string((Self.now + .seconds(2_800)).description))
        #expect(!pipelines.canonicalText.contains("hush"))
        #expect(try await Self.call(context, .get, "/v1/jobs/\(id)").json()["job"]?["phase"] == "queued")
        #expect(try await Self.call(context, .get, "/v1/jobs?phase=queued&pipeline=weekly").status == .ok)
        #expect(try await Self.call(context, .get, "/v1/jobs?phase=quued").status == .unprocessableContent)
        #expect(try await Self.call(context, .get, "/v1/jobs/j0").status == .notFound)
        #expect(try await Self.call(context, .get, "/v1/jobs/\(id)/logs").json() == ["lines": []])
        #expect(try await Self.call(context, .post, "/v1/jobs/\(id)/retry").status == .conflict)
        let cancelled = try await Self.call(
            context,
            .post,
            "/v1/jobs/\(id)/cancel",
            body: #"{"reason": "wrong day"}"#
        )
        #expect(try cancelled.json()["job"]?["phase"] == "cancelled")
        #expect(try await Self.call(context, .post, "/v1/jobs/\(id)/cancel").status == .conflict)
        #expect(try await Self.call(context, .post, "/v1/jobs/\(id)/retry").status == .ok)
        #expect(try await store.job(id)?.job.phase == .queued)
    }

    @Test func `the description names exactly the routes of jobs there are`() async throws {
        let (_, context, _) = try await Self.context()
        let routes = ServerRouter.build(context).routes.map { "\($0.method.rawValue.lowercased()) \($0.path)" }
        let described = OpenAPIDocument.jobOperations.map { "\($0.method) \($0.path)" }
        #expect(Set(described).isSubset(of: routes))
        #expect(
            Set(OpenAPIDocument.jobOperations.map(\.path))
                == Set(
                    routes.filter { $0.contains("/v1/jobs") || $0.contains("/v1/pipelines") }
                        .map { String($0.split(separator: " ")[1]) }
                )
        )
    }
}
