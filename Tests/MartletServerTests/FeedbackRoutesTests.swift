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

struct FeedbackRoutesTests {
    private static func post(
        _ client: some TestClientProtocol,
        _ path: String,
        _ body: String
    ) async throws -> TestResponse {
        try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body))
    }

    private static func click(_ id: String) -> String {
        #"{"id":"\#(id)","endpoint":"prices","kind":"click","unit":"ada"}"#
    }

    @Test func `one, an array and JSON lines are recorded once each, and are there before the answer`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let store = SQLFeedbackStore(fixture.metadata)
        try await fixture.application()
            .test(.router) { client in
                let bodies = [
                    Self.click("a"), "[\(Self.click("b")),\(Self.click("c"))]",
                    "\(Self.click("d"))\r\n\n\(Self.click("e"))\n",
                    "{\n \"id\": \"f\", \"endpoint\": \"prices\",\n"
                        + " \"kind\": \"contract\", \"request_id\": \"R\", \"amount\": 12, \"at\": \"2023-11-01T00:00:00Z\"}",
                ]
                for (body, count) in zip(bodies, [1, 2, 2, 1]) {
                    for (accepted, duplicates) in [(count, 0), (0, count)] {
                        let response = try await Self.post(client, "/v1/interactions", body)
                        #expect(response.status == .ok, "\(String(buffer: response.body))")
                        let json = try response.json()
                        #expect(json["accepted"] == .integer(Int64(accepted)))
                        #expect(json["duplicates"] == .integer(Int64(duplicates)))
                        let found = try await store.interactions(at: "prices", after: 0, limit: 100)
                        #expect(found.count >= count)
                    }
                }
                let found = try await store.interactions(at: "prices", after: 0, limit: 100).map(\.value)
                #expect(found.map(\.id) == ["a", "b", "c", "d", "e", "f"])
                #expect(found[0].at == GatewayFixture.now)
                #expect(found[5].amount == 12 && found[5].at == EventTime(iso8601: "2023-11-01T00:00:00Z"))
                let outcome = #"{"id":"o","endpoint":"prices","entity":"b1","value":-3.5}"#
                #expect(try await Self.post(client, "/v1/outcomes", outcome).status == .ok)
                #expect(try await store.outcomes(at: "prices", after: 0, limit: 9).map(\.value.value) == [-3.5])
            }
    }

    @Test func `a batch with a fault is refused whole, with the event and what to change`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let good = Self.click("good")
        let bad: [(path: String, body: String, status: HTTPResponse.Status, code: String, field: String?)] = [
            ("interactions", "", .unprocessableContent, "request.missingKey", nil),
            ("interactions", "[]", .unprocessableContent, "request.missingKey", nil),
            ("interactions", "[1]", .unprocessableContent, "request.wrongType", "[0]"),
            ("interactions", "\(good)\n{", .badRequest, "request.notJSON", nil),
            ("interactions", "[\(good)", .badRequest, "request.notJSON", nil),
            ("interactions", "not json", .badRequest, "request.notJSON", nil),
            (
                "interactions", #"[\#(good),{"id":"x","id":"y"}]"#, .unprocessableContent, "request.duplicateKey",
                "[1].id"
            ),
            (
                "interactions", #"[\#(good),{"id":{"a":[1]},"endpoint":"prices","kind":"a","unit":"u"}]"#,
                .unprocessableContent, "request.wrongType", "[1].id"
            ),
            ("interactions", "[\(good),{}]", .unprocessableContent, "request.missingKey", "[1].id"),
            (
                "interactions", #"[\#(good),{"id":"x","endpoint":"prices","knid":"click"}]"#, .unprocessableContent,
                "request.unknownKey", "[1].knid"
            ),
            (
                "interactions", #"[\#(good),{"id":"x","endpoint":"prices","kind":"a","unit":"u","amount":"1"}]"#,
                .unprocessableContent, "request.wrongType", "[1].amount"
            ),
            (
                "interactions", #"[\#(good),{"id":"x","endpoint":"prices","kind":"a","unit":"u","at":"today"}]"#,
                .unprocessableContent, "request.wrongType", "[1].at"
            ),
            (
                "interactions", #"[\#(good),{"id":"x","endpoint":"prices","kind":"a"}]"#, .unprocessableContent,
                "feedback.invalid", nil
            ),
            (
                "interactions", #"[\#(good),{"id":"x","endpoint":"price","kind":"a","unit":"u"}]"#, .notFound,
                "request.unknownEndpoint", "endpoint"
            ),
            (
                "interactions", #"[\#(good),{"id":"good","endpoint":"prices","kind":"a","unit":"u"}]"#, .conflict,
                "feedback.conflict", nil
            ),
            (
                "outcomes", #"{"id":"x","endpoint":"prices","entity":"b"}"#, .unprocessableContent,
                "request.missingKey", "[0].value"
            ),
            (
                "outcomes", #"{"id":"x","endpoint":"prices","value":1}"#, .unprocessableContent, "feedback.invalid", nil
            ),
        ]
        try await fixture.application()
            .test(.router) { client in
                for (path, body, status, code, field) in bad {
                    let response = try await Self.post(client, "/v1/\(path)", body)
                    #expect(response.status == status, "\(body) \(String(buffer: response.body))")
                    let json = try response.json()
                    #expect(json["code"] == .string(code), "\(body)")
                    #expect(json["field"] == (field.map { .string($0) } ?? .null), "\(body)")
                }
                let many = "[" + (0...10_000).map { Self.click("i\($0)") }.joined(separator: ",") + "]"
                #expect(try await Self.post(client, "/v1/interactions", many).status == .contentTooLarge)
                let large = #"{"id":"\#(String(repeating: "x", count: 8_400_000))"}"#
                #expect(try await Self.post(client, "/v1/interactions", large).status == .contentTooLarge)
            }
        let store = SQLFeedbackStore(fixture.metadata)
        #expect(try await store.interactions(at: "prices", after: 0, limit: 9).isEmpty)
    }

    @Test func `who may not ask an endpoint may not report on it`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let accounts = AccessFixture(fixture.metadata)
        let reader = try await accounts.key("ada", .viewer)
        let elsewhere = try await accounts.key("eve", .admin, on: "endpoint:others")
        var context = fixture.context
        context.authenticator = Authenticator(
            store: accounts.store,
            secret: accounts.secret,
            now: { GatewayFixture.now }
        )
        try await Application(router: ServerRouter.build(context))
            .test(.router) { client in
                for (key, status) in [(nil, 401), (elsewhere, 403), (reader, 200)] as [(APIKeyText?, Int)] {
                    let response = try await client.execute(
                        uri: "/v1/interactions",
                        method: .post,
                        headers: key.map { [.authorization: "Bearer \($0.exposed)"] } ?? [:],
                        body: ByteBuffer(string: Self.click("a"))
                    )
                    #expect(response.status.code == status, "\(String(buffer: response.body))")
                }
            }
        let store = SQLFeedbackStore(fixture.metadata)
        #expect(try await store.interactions(at: "prices", after: 0, limit: 9).count == 1)
    }
}
