import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletServer
import MartletServing
import MartletStores
import NIOCore
import Synchronization
import Testing

struct RoutesTests {
    private static let body = #"{"inputs":[{"features":{"area":80.5}}]}"#

    @Test func `a prediction answers 200 with the identifier of the request in a header`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        try await fixture.application()
            .test(.router) { client in
                let response = try await client.predict(Self.body)
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "application/json")
                let json = try response.json()
                #expect(json["request_id"] == response.requestID.map(JSONValue.string))
                #expect(json["predictions"]?.canonicalText == #"[{"value":20}]"#)
            }
    }

    @Test(arguments: [
        ("not json", 400, "request.notJSON"), (#"{"inputs":[{"features":{"area":NaN}}]}"#, 400, "request.notFinite"),
        (#"{"inputs":[{"features":{"area":"x"}}]}"#, 422, "request.wrongType"),
        (#"{"inputs":[{"features":{}}]}"#, 422, "request.missingFeature"),
        (#"{"inputs":[{"features":{"aera":1}}]}"#, 422, "request.unknownFeature"),
        (#"{"inputs":[{"entities":{"a":1}}]}"#, 422, "request.unknownEntityKey"),
        (#"{"input":[]}"#, 422, "request.unknownKey"), (#"{}"#, 422, "request.missingKey"),
        (#"{"inputs":[{"features":{"area":1,"area":1}}]}"#, 422, "request.duplicateKey"),
        (#"{"inputs":[{"features":{"area":1}},{"features":{"area":1}},{}]}"#, 413, "request.tooManyInputs"),
        (#"{"inputs":[{"features":{"area":1}}]}"# + String(repeating: " ", count: 500), 413, "request.tooLarge"),
    ])
    func `a wrong request answers with its status and the one error shape`(
        _ body: String,
        _ status: Int,
        _ code: String
    ) async throws {
        var limits = RequestLimits()
        limits.inputLimit = 2
        limits.bodyByteLimit = 400
        let fixture = try await ServerFixture(limits: limits)
        try await fixture.deploy(1)
        try await fixture.application()
            .test(.router) { client in
                let response = try await client.predict(body)
                #expect(response.status.code == status)
                let error = try JSONDecoder().decode(ErrorBody.self, from: response.bytes)
                #expect(error.code == code)
                #expect(!error.message.isEmpty)
                #expect(response.requestID != nil)
            }
        #expect(fixture.gateway.queue.depth == 1)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `an endpoint that is not there answers 404, a server at its limit 503`() async throws {
        var limits = RequestLimits()
        limits.concurrentRequestLimit = 1
        let fixture = try await ServerFixture(limits: limits)
        try await fixture.deploy(1)
        try await fixture.application()
            .test(.router) { client in
                let unknown = try await client.predict(Self.body, endpoint: "price")
                #expect(unknown.status == .notFound)
                #expect(try unknown.json()["code"] == .string(ErrorCode.requestUnknownEndpoint.description))
                #expect(fixture.gateway.enter())
                let busy = try await client.predict(Self.body)
                #expect(busy.status == .serviceUnavailable)
                #expect(try busy.json()["code"] == .string(ErrorCode.serverBusy.description))
                fixture.gateway.leave()
                #expect(try await client.predict(Self.body).status == .ok)
            }
    }

    @Test func `every path refuses other methods with 405, and an unknown path answers 404`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.application()
            .test(.router) { client in
                for operation in OpenAPIDocument.operations {
                    let path = operation.path.replacing("{endpoint}", with: "prices")
                        .replacing("{name}", with: "prices")
                    let response = try await client.send(path, .delete)
                    #expect(response.status == .methodNotAllowed, "\(path)")
                    #expect(response.headers[.allow]?.lowercased() == operation.method)
                    #expect(try response.json()["code"] == .string("request.methodNotAllowed"))
                }
                let response = try await client.send("/v2")
                #expect(response.status == .notFound)
                #expect(try response.json()["code"] == .string("request.notFound"))
            }
    }

    @Test func `endpoints and models are listed with what a request must hold`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(2)
        try await fixture.application()
            .test(.router) { client in
                let text = try await client.send("/v1/endpoints").json().canonicalText
                #expect(text.contains(#""model":{"name":"prices","version":2}"#))
                #expect(
                    text.contains(
                        #""features":[{"name":"building__rating","required":false,"type":"float64"},"#
                            + #"{"name":"area","required":true,"type":"float64"}]"#
                    )
                )
                let versions = try await client.send("/v1/models/prices/versions").json()
                guard case .array(let found) = versions["versions"] else {
                    Issue.record("no versions in \(versions.canonicalText)")
                    return
                }
                #expect(found.count == 2)
                #expect(try await client.send("/v1/models").status == .ok)
                #expect(try await client.send("/v1/models/price/versions").status == .notFound)
            }
    }

    @Test func `health tells loading, ready and degraded apart, and a failing store is reported once`() async throws {
        let reports = ReportBox()
        let fixture = try await ServerFixture(report: { reports.append($0) })
        try await fixture.application()
            .test(.router) { client in
                #expect(try await client.send("/health/live").status == .ok)
                let loading = try await client.send("/health/ready")
                #expect(loading.status == .serviceUnavailable)
                #expect(try loading.json()["status"] == .string("loading"))
                try await fixture.deploy(1)
                let ready = try await client.send("/health/ready")
                #expect(ready.status == .ok)
                #expect(try ready.json()["status"] == .string("ready"))
                fixture.metadata.close()
                await #expect(throws: (any Error).self) { try await fixture.follower.poll() }
                await #expect(throws: (any Error).self) { try await fixture.follower.poll() }
                let degraded = try await client.send("/health/ready")
                #expect(degraded.status == .ok)
                #expect(try degraded.json()["status"] == .string("degraded"))
                #expect(try degraded.json()["store_failure"] != .null)
                #expect(try await client.predict(Self.body).status == .ok)
            }
        #expect(reports.all == [.storeFailed(fixture.gateway.storeFailure ?? "")])
    }

    @Test func `the description names exactly the routes there are`() async throws {
        let fixture = try await ServerFixture()
        let routes = ServerRouter.build(fixture.context).routes
        let described = Set(OpenAPIDocument.operations.map { "\($0.method) \($0.path)" })
        let found = Set(routes.map { "\($0.method.rawValue.lowercased()) \($0.path)" })
        #expect(described.isSubset(of: found), "\(found.sorted())")
        #expect(Set(OpenAPIDocument.operations.map(\.path)) == Set(routes.map { "\($0.path)" }))
        try await fixture.application()
            .test(.router) { client in
                let document = try await client.send("/openapi.json").json()
                #expect(document["openapi"] == .string("3.1.0"))
                #expect(document["info"]?["version"] == .string("1.2.3"))
                guard case .object(let paths) = document["paths"] else {
                    Issue.record("no paths")
                    return
                }
                let operations =
                    OpenAPIDocument.operations + OpenAPIDocument.releaseOperations + OpenAPIDocument.jobOperations
                    + OpenAPIDocument.insightOperations
                    + OpenAPIDocument.alertOperations
                #expect(Set(paths.keys) == Set(operations.map(\.path)))
            }
    }

    @Test func `metrics are Prometheus text in which each series is there once`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        try await fixture.application()
            .test(.router) { client in
                _ = try await client.predict(Self.body)
                _ = try await client.predict("{")
                _ = try await client.predict(Self.body, endpoint: "other")
                let response = try await client.send("/metrics")
                #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
                let text = String(buffer: response.body)
                var typed: Set<String> = []
                var series: Set<String> = []
                for line in text.split(separator: "\n") {
                    if line.hasPrefix("# TYPE ") { typed.insert(String(line.split(separator: " ")[2])) }
                    if line.hasPrefix("#") { continue }
                    let match = try #require(
                        line.wholeMatch(of: /([a-z_]+)({[a-z]+="[^"\n]*"(?:,[a-z]+="[^"\n]*")*})? [-+0-9.e]+/),
                        "\(line)"
                    )
                    let name = match.1.replacing(/_(bucket|sum|count)$/, with: "")
                    #expect(typed.contains(String(name)) || typed.contains(String(match.1)), "\(line)")
                    #expect(series.insert("\(match.1)\(match.2 ?? "")").inserted, "\(line)")
                }
                let labels = #"endpoint="prices",version="prices:1",variant="live""#
                #expect(text.contains(#"martlet_requests_total{\#(labels),code="ok"} 1"#))
                #expect(text.contains(#"martlet_requests_total{\#(labels),code="request.notJSON"} 1"#))
                #expect(text.contains(#"martlet_online_rows{view="building"} 1"#))
            }
    }
}

/// Keeps what a follower reported.
private final class ReportBox: Sendable {
    private let reports = Mutex<[EndpointFollower.Report]>([])

    var all: [EndpointFollower.Report] { self.reports.withLock { $0 } }

    func append(_ report: EndpointFollower.Report) { self.reports.withLock { $0.append(report) } }
}
