import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletMonitoring
import MartletServer
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

struct AlertRoutesTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    private static func context() async throws -> (ServerFixture, ServerContext, any AlertStore) {
        let fixture = try await ServerFixture()
        let store = SQLAlertStore(fixture.metadata)
        var context = ServerContext(
            gateway: fixture.gateway,
            process: { .init(residentBytes: 0, cpuSeconds: 0) },
            registry: fixture.registry,
            version: "1"
        )
        context.alerts = AlertContext(
            store: store,
            log: AlertLog(
                deliveries: SQLAlertDeliveryStore(fixture.metadata),
                actions: SQLAlertActionStore(fixture.metadata)
            ),
            levels: {
                var facts = ServiceLevelReport.Facts()
                facts.sums = [
                    "rent": ServiceLevelReport.begins(at: Self.now)
                        .map { ServiceMinute(endpoint: "rent", minute: $0, requestCount: 100, faultCount: 2) }
                ]
                return ServiceLevelReport(ServiceObjectives(), facts, at: Self.now)
            },
            now: { Self.now }
        )
        var finding = AlertFinding(.gateFailed, about: "source:sales", summary: "ingest gate of sales failed")
        finding.endpoints = ["rent"]
        _ = try await store.step([finding], AlertTiming(), at: Self.now)
        return (fixture, context, store)
    }

    private static func call(
        _ context: ServerContext,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: HTTPFields = HTTPFields(),
        body: String = ""
    ) async throws -> TestResponse {
        try await Application(router: ServerRouter.build(context))
            .test(.router) { client in
                try await client.execute(uri: path, method: method, headers: headers, body: ByteBuffer(string: body))
            }
    }

    @Test func `an alert is listed, shown and taken on by its id`() async throws {
        let (_, context, store) = try await Self.context()
        let list = try await Self.call(context, .get, "/v1/alerts").json()
        let alert = try #require(list["alerts"]?.parts.first)
        #expect(alert["alert"] == "GateFailed/source:sales" && alert["priority"] == "P1" && alert["phase"] == "firing")
        #expect(alert["endpoints"] == ["rent"] && alert["group"] == "endpoint:rent" && alert["silenced"] == false)
        let id = try #require(alert["id"]?.words)
        let shown = try await Self.call(context, .get, "/v1/alerts/\(id)").json()
        #expect(shown["alert"] == alert)
        let taken = try await Self.call(context, .post, "/v1/alerts/\(id)/ack", body: #"{"reason": "on it"}"#)
        #expect(taken.status == .ok)
        #expect(try taken.json()["alert"]?["acknowledged_by"] == "anonymous")
        #expect(try await store.alert(id).acknowledgement?.at == Self.now)
        let over = try await Self.call(context, .get, "/v1/alerts?state=over").json()
        #expect(over["alerts"]?.parts.isEmpty == true)
    }

    @Test func `what is asked wrongly is answered with what to do`() async throws {
        let (_, context, store) = try await Self.context()
        for (method, path, body, status, code) in [
            (
                HTTPRequest.Method.get, "/v1/alerts?state=opn", "", HTTPResponse.Status.unprocessableContent,
                "alert.invalid"
            ),
            (.get, "/v1/alerts?limit=0", "", .unprocessableContent, "alert.invalid"),
            (.get, "/v1/alerts/a000", "", .notFound, "alert.notFound"),
            (.get, "/v1/alerts/deliveries?alert=a000", "", .notFound, "alert.notFound"),
            (.get, "/v1/alerts/actions?limit=1001", "", .unprocessableContent, "alert.invalid"),
            (.delete, "/v1/alerts/actions", "", .methodNotAllowed, "request.methodNotAllowed"),
            (.post, "/v1/alerts/a000/ack", "", .notFound, "alert.notFound"),
            (.post, "/v1/alerts/a000/ack", #"{"reson": "x"}"#, .unprocessableContent, "alert.invalid"),
            (.post, "/v1/silences", "[]", .unprocessableContent, "alert.invalid"),
            (
                .post, "/v1/silences", #"{"pattern": "Slo", "for": "1h", "reason": "x"}"#, .unprocessableContent,
                "alert.invalid"
            ),
            (
                .post, "/v1/silences", #"{"pattern": "Slow", "for": "31d", "reason": "x"}"#, .unprocessableContent,
                "alert.invalid"
            ),
            (.post, "/v1/silences", #"{"pattern": "", "for": "1h"}"#, .unprocessableContent, "alert.invalid"),
            (.delete, "/v1/silences/s1", "", .notFound, "alert.silenceNotFound"),
            (.put, "/v1/silences", "", .methodNotAllowed, "request.methodNotAllowed"),
            (.post, "/v1/slo", "", .methodNotAllowed, "request.methodNotAllowed"),
        ] {
            let answer = try await Self.call(context, method, path, body: body)
            #expect(answer.status == status, "\(method) \(path) \(body)")
            #expect(try answer.json()["code"] == .string(code), "\(method) \(path) \(body)")
        }
        let answer = try await Self.call(context, .post, "/v1/silences", body: #"{"pattern": "Slo", "for": "1h"}"#)
        #expect(try answer.json()["message"]?.words?.contains("Did you mean 'Slow'?") == true)
        #expect(try await store.silences(at: Self.now).isEmpty)
    }

    @Test func `a silence holds until it is lifted`() async throws {
        let (_, context, _) = try await Self.context()
        let body = #"{"pattern": "source:sales", "for": "2h", "reason": "planned"}"#
        let added = try await Self.call(context, .post, "/v1/silences", body: body)
        #expect(added.status == .created)
        let id = try #require(try added.json()["silence"]?["id"]?.words)
        let list = try await Self.call(context, .get, "/v1/silences").json()
        #expect(list["silences"]?.parts.count == 1)
        let alerts = try await Self.call(context, .get, "/v1/alerts").json()
        #expect(alerts["alerts"]?.parts.first?["silenced"] == true)
        #expect(try await Self.call(context, .delete, "/v1/silences/\(id)").status == .ok)
        #expect(try await Self.call(context, .get, "/v1/silences").json()["silences"]?.parts.isEmpty == true)
    }

    @Test func `what was told and what was done are listed by alert and channel`() async throws {
        let (fixture, context, store) = try await Self.context()
        let log = try await AlertLogFixture(fixture.metadata, store)
        let all = try await Self.call(context, .get, "/v1/alerts/deliveries").json()
        #expect(all["deliveries"]?.parts.map { $0["channel"] } == ["pager", "mail"])
        let refused = try #require(all["deliveries"]?.parts.first)
        #expect(refused["happened"] == "fired" && refused["state"] == "failed" && refused["answer"] == 404)
        #expect(refused["answer_text"] == "no such hook\nat all" && refused["failure"] == "the receiver answered 404")
        #expect(refused["tries"] == 1 && refused["next_try"] == .null)
        let some = try await Self.call(context, .get, "/v1/alerts/deliveries?channel=mail&alert=\(log.alert.id)").json()
        #expect(some["deliveries"]?.parts.map { $0["id"] } == ["x-mail"])
        #expect(some["deliveries"]?.parts.first?["state"] == "waiting")
        let done = try await Self.call(context, .get, "/v1/alerts/actions?alert=\(log.alert.id)").json()
        let action = try #require(done["actions"]?.parts.first)
        #expect(done["actions"]?.parts.count == 1)
        #expect(action["action"] == "page" && action["rule"] == "GateFailed" && action["state"] == "done")
        let told = "told pager; martlet alerts deliveries shows whether it arrived"
        #expect(action["outcome"] == .string(told) && action["by"] == "martlet")
        #expect(try await Self.call(context, .get, "/v1/alerts/actions").json()["actions"]?.parts.count == 2)
    }

    @Test func `promises come with budgets and burn rates`() async throws {
        let (_, context, _) = try await Self.context()
        let levels = try await Self.call(context, .get, "/v1/slo").json()["objectives"]?.parts ?? []
        let errors = try #require(levels.first { $0["objective"] == "error_rate" })
        #expect(errors["present"] == 0.02 && errors["kept"] == false && errors["budget"]?["left"] == -1)
        #expect(errors["budget"]?["burn_rates"]?["24h"] == 2)
    }

    @Test func `a viewer reads, a contributor changes, and one of a single model sees nothing of the whole`()
        async throws
    {
        var (fixture, context, _) = try await Self.context()
        let accounts = AccessFixture(fixture.metadata)
        context.authenticator = Authenticator(store: accounts.store, secret: accounts.secret, now: { Self.now })
        #expect(try await Self.call(context, .get, "/v1/alerts").status == .unauthorized)
        let viewer = AccessTests.bearer(try await accounts.key("vera", .viewer, on: "*"))
        let writer = AccessTests.bearer(try await accounts.key("wim", .contributor, on: "*"))
        let narrow = AccessTests.bearer(try await accounts.key("nora", .admin, on: "model:rent"))
        let silence = #"{"pattern": "Slow", "for": "2h", "reason": "planned"}"#
        for path in ["/v1/alerts", "/v1/alerts/deliveries", "/v1/alerts/actions", "/v1/silences", "/v1/slo"] {
            #expect(try await Self.call(context, .get, path, viewer).status == .ok)
            #expect(try await Self.call(context, .get, path, narrow).status == .forbidden)
        }
        #expect(try await Self.call(context, .post, "/v1/silences", viewer, body: silence).status == .forbidden)
        #expect(try await Self.call(context, .post, "/v1/silences", narrow, body: silence).status == .forbidden)
        let added = try await Self.call(context, .post, "/v1/silences", writer, body: silence)
        #expect(added.status == .created)
        #expect(try added.json()["silence"]?["by"] == "wim")
    }

    @Test func `every route is described`() throws {
        let described = OpenAPIDocument.alertOperations.map { "\($0.method) \($0.path)" }
        #expect(
            described == [
                "get /v1/alerts", "get /v1/alerts/deliveries", "get /v1/alerts/actions", "get /v1/alerts/{id}",
                "post /v1/alerts/{id}/ack", "get /v1/silences",
                "post /v1/silences", "delete /v1/silences/{id}", "get /v1/slo",
            ]
        )
    }
}

extension JSONValue {
    /// The members of an array; none for anything else.
    fileprivate var parts: [JSONValue] { if case .array(let parts) = self { parts } else { [] } }

    /// A text; `nil` for anything else.
    fileprivate var words: String? { if case .string(let words) = self { words } else { nil } }
}
