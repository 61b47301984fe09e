import Foundation
import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletServing
import NIOCore
import NIOEmbedded
import Testing

@testable import MartletServer

struct PredictionShortWayTests {
    private static let path = "/v1/endpoints/prices/predict"
    private static let body = #"{"inputs":[{"features":{"area":80}}]}"#

    private static func connection(
        _ fixture: ServerFixture,
        isAdmitted: Bool = true
    ) async throws -> ShortWayConnection {
        try await ShortWayConnection(
            ShortWay(gateway: fixture.gateway, isAdmitted: { _, _ in isAdmitted }, tracking: nil)
        )
    }

    @Test func `a predict request is answered in place as the router answers it`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let routed = try await fixture.application().test(.router) { try await $0.predict(Self.body) }
        let connection = try await Self.connection(fixture)
        try await connection.send(ShortWayConnection.request(Self.path, Self.body))
        let answer = try await connection.answer()
        #expect(answer.head.status == .ok)
        #expect(try answer.json["predictions"] == routed.json()["predictions"])
        #expect(answer.head.headerFields[.contentLength] == String(answer.text.utf8.count))
        #expect(answer.head.headerFields[.contentType] == "application/json")
        #expect(answer.head.headerFields[.date]?.hasSuffix(" GMT") == true)
        #expect(try answer.json["request_id"] == answer.requestID.map { .string($0) })
        #expect(try await connection.forwardedPart() == nil)
        #expect(fixture.gateway.runningCount == 0)
        #expect(fixture.gateway.queue.depth == 2)
    }

    @Test(arguments: ["nonsense", #"{"inputs":[]}"#, #"{"inputs":[{"features":{"area":"x"}}]}"#, ""])
    func `a refusal is the router's refusal`(_ body: String) async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let routed = try await fixture.application().test(.router) { try await $0.predict(body) }
        let connection = try await Self.connection(fixture)
        try await connection.send(ShortWayConnection.request(Self.path, body))
        let answer = try await connection.answer()
        #expect(answer.head.status.code == routed.status.code)
        #expect(answer.text == String(buffer: routed.body))
    }

    @Test func `a request is answered wherever its bytes are parted`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try await Self.connection(fixture)
        let bytes = ShortWayConnection.request(Self.path, Self.body).utf8
        for count in 1..<bytes.count {
            try await connection.send(String(decoding: bytes.prefix(count), as: UTF8.self))
            #expect(try await connection.hasAnswer() == false)
            try await connection.send(String(decoding: bytes.dropFirst(count), as: UTF8.self))
            #expect(try await connection.forwardedPart() == nil)
            #expect(try await connection.hasAnswer())
        }
    }

    @Test func `requests sent at once are answered in their order`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try await Self.connection(fixture)
        let requests = [Self.body, "nonsense", Self.body].map { ShortWayConnection.request(Self.path, $0) }
        try await connection.send(requests.joined())
        for status in [HTTPResponse.Status.ok, .badRequest, .ok] {
            #expect(try await connection.answer().head.status == status)
        }
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `a long body goes to the router whole, and the next request is answered in place again`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try await Self.connection(fixture)
        let long = String(repeating: " ", count: 4_100)
        let bytes = ShortWayConnection.request(Self.path, long)
        try await connection.send(String(bytes.prefix(2_000)), String(bytes.dropFirst(2_000)))
        let forwarded = try #require(try await connection.forwarded())
        #expect(forwarded == (Self.path, long))
        try await connection.answerAsRouter()
        #expect(try await connection.answer().head.status == .accepted)
        try await connection.send(ShortWayConnection.request(Self.path, Self.body))
        #expect(try await connection.answer().head.status == .ok)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `answers keep the order of requests when the router is slower`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try await Self.connection(fixture)
        try await connection.send(ShortWayConnection.request("/health/live", method: "GET"))
        try await connection.send(ShortWayConnection.request(Self.path, Self.body))
        #expect(try await connection.forwarded()?.path == "/health/live")
        #expect(try await connection.forwarded() ?? ("", "") == (Self.path, Self.body))
        for _ in 0..<2 { try await connection.answerAsRouter() }
        try await connection.send(ShortWayConnection.request(Self.path, Self.body))
        for status in [HTTPResponse.Status.accepted, .accepted, .ok] {
            #expect(try await connection.answer().head.status == status)
        }
    }

    @Test(arguments: [
        ("/v1/endpoints/prices/predict?x=1", "POST"), ("/v1/endpoints/a%20b/predict", "POST"),
        ("/v1/endpoints/prices/predict", "GET"), ("/v1/endpoints//predict", "POST"), ("/v1/endpoints/predict", "POST"),
        ("/v1/endpoints/a/b/predict", "POST"), ("/v1/models", "POST"),
    ])
    func `other requests pass on untouched`(_ path: String, _ method: String) async throws {
        let fixture = try await ServerFixture()
        let connection = try await Self.connection(fixture)
        try await connection.send(ShortWayConnection.request(path, method: method, "{}"))
        #expect(try await connection.forwarded() ?? ("", "") == (path, "{}"))
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test(arguments: ["Connection: close\r\n", "Expect: 100-continue\r\n", "Upgrade: h2c\r\n", "Host: y\r\n"])
    func `a request that asks something of the connection is the router's, and so is what follows`(
        _ fields: String
    ) async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try await Self.connection(fixture)
        try await connection.send(ShortWayConnection.request(Self.path, Self.body, fields: fields))
        #expect(try await connection.forwarded()?.path == Self.path)
        if fields != "Connection: close\r\n", fields != "Upgrade: h2c\r\n" {
            try await connection.answerAsRouter()
            try await connection.send(ShortWayConnection.request(Self.path, Self.body))
            #expect(try await connection.forwarded()?.path == Self.path)
        }
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `a request whose bearer is not admitted is the router's`() async throws {
        let fixture = try await ServerFixture()
        let connection = try await Self.connection(fixture, isAdmitted: false)
        try await connection.send(ShortWayConnection.request(Self.path, Self.body))
        #expect(try await connection.forwarded()?.path == Self.path)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `the bearer of a request is the one its header names`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let way = ShortWay(
            gateway: fixture.gateway,
            isAdmitted: { $0 == "Bearer mk_right" && $1 == "prices" },
            tracking: nil
        )
        let connection = try await ShortWayConnection(way)
        let right = "authorization:  Bearer mk_right \r\n"
        try await connection.send(ShortWayConnection.request(Self.path, Self.body, fields: right))
        #expect(try await connection.answer().head.status == .ok)
        let wrong = "Authorization: Bearer mk_wrong\r\n"
        try await connection.send(ShortWayConnection.request(Self.path, Self.body, fields: wrong))
        #expect(try await connection.forwarded()?.path == Self.path)
    }

    @Test func `a connection that breaks off is counted out`() async throws {
        let fixture = try await ServerFixture()
        let connection = try await Self.connection(fixture)
        try await connection.send(String(ShortWayConnection.request(Self.path, Self.body).dropLast(3)))
        #expect(fixture.gateway.runningCount == 1)
        _ = try await connection.channel.finish(acceptAlreadyClosed: true)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `a client that closes its side in the midst of a request is counted out`() async throws {
        let fixture = try await ServerFixture()
        let connection = try await Self.connection(fixture)
        try await connection.send(String(ShortWayConnection.request(Self.path, Self.body).dropLast(3)))
        try await connection.fire(ChannelEvent.inputClosed)
        #expect(fixture.gateway.runningCount == 0)
        #expect(connection.eventCount == 1)
    }

    @Test func `a server that closes waits for the request under way`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try await Self.connection(fixture)
        let bytes = ShortWayConnection.request(Self.path, Self.body)
        try await connection.send(String(bytes.dropLast(3)))
        try await connection.fire(ChannelShouldQuiesceEvent())
        #expect(connection.eventCount == 0)
        try await connection.send(String(bytes.suffix(3)))
        #expect(try await connection.answer().head.status == .ok)
        #expect(connection.eventCount == 1)
    }
}
