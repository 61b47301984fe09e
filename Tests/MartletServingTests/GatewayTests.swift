import Foundation
import MartletCore
import MartletServing
import MartletTesting
import Testing

struct GatewayTests {
    private static let body = #"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":80.5}}]}"#

    @Test func `a prediction without detail is small`() throws {
        let answer = try GatewayFixture().predict(Self.body)
        #expect(answer.error == nil)
        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == #"{"request_id":"\#(answer.requestID)","endpoint":"prices","#
                + #""model":{"name":"prices","version":3},"variant":"live","predictions":[{"value":20}]}"#
        )
        #expect(answer.requestID.utf8.count == 26)
    }

    @Test func `an explanation adds up and names each value with its status and age`() throws {
        let body = Self.body.dropLast() + #","explain":true}"#
        let answer = try GatewayFixture().predict(String(body))
        let json = try JSONValue(parsing: Data(answer.body))
        guard case .object(let members) = json, case .array(let predictions) = members["predictions"],
            case .object(let first) = predictions[0], case .object(let explanation) = first["explanation"]
        else {
            Issue.record("no explanation in \(String(decoding: answer.body, as: UTF8.self))")
            return
        }
        #expect(explanation["base_value"] == .integer(15) || explanation["base_value"] == .number(15))
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(text.contains(#"{"name":"building__rating","value":4,"status":"PRESENT""#))
        #expect(text.contains(#""age_seconds":86400"#))
        #expect(text.contains(#"{"name":"area","value":80.5,"status":"REQUEST"}"#))
        #expect(text.contains(#""scale":"identity","raw_score":20"#))
    }

    @Test(arguments: [
        (#"{"inputs":[{"entities":{"building_id":"b9"},"features":{"area":1}}]}"#, "request.unknownEntity"),
        (#"{"inputs":[{"entities":{"bilding_id":"b1"},"features":{"area":1}}]}"#, "request.unknownEntityKey"),
        (#"{"inputs":[{"features":{"area":1}}]}"#, "request.missingEntity"),
        (#"{"inputs":[{"entities":{"building_id":"b1"},"features":{}}]}"#, "request.missingFeature"),
        (#"{"inputs":[{"entities":{"building_id":"b1"},"features":{"aera":1}}]}"#, "request.unknownFeature"),
        (#"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":"1"}}]}"#, "request.wrongType"),
        (#"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":NaN}}]}"#, "request.notFinite"),
        (#"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":1e999}}]}"#, "request.notFinite"),
        (#"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":1,"area":2}}]}"#, "request.duplicateKey"),
        (#"{"inptus":[]}"#, "request.unknownKey"), (#"{"inputs":[]}"#, "request.missingKey"),
        (#"{}"#, "request.missingKey"), (#"[]"#, "request.wrongType"), ("", "request.notJSON"),
        (#"{"inputs":[{]}"#, "request.notJSON"), ("not json", "request.notJSON"),
    ])
    func `a wrong body is refused with a code, never a crash`(_ body: String, _ code: String) throws {
        let fixture = try GatewayFixture()
        let answer = fixture.predict(body)
        #expect(answer.error?.code.description == code, "\(answer.error?.message ?? "")")
        #expect(fixture.gateway.queue.depth == 1)
    }

    @Test func `a misspelt feature offers the nearest name and names the field`() throws {
        let body = #"{"inputs":[{"entities":{"building_id":"b1"},"features":{"aera":1}}]}"#
        let error = try #require(GatewayFixture().predict(body).error)
        #expect(error.message == "The model takes no request feature 'aera'. Did you mean 'area'?")
        #expect(error.field == "inputs[0].features.aera")
    }

    @Test func `an unknown entity is scored when the request allows it`() throws {
        let body =
            #"{"inputs":[{"entities":{"building_id":"b9"},"features":{"area":1}}],"allow_unknown_entities":true,"#
            + #""include_features":true}"#
        let answer = try GatewayFixture().predict(body)
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(text.contains(#""value":10"#))
        #expect(text.contains(#"{"name":"building__rating","value":null,"status":"NOT_FOUND"}"#))
    }

    @Test func `an endpoint that is not there and one that is not loaded differ`() throws {
        let fixture = try GatewayFixture()
        #expect(fixture.predict(Self.body, endpoint: "price").error?.code == .requestUnknownEndpoint)
        #expect(
            fixture.predict(Self.body, endpoint: "price").error?.message
                == "There is no endpoint 'price'. Did you mean 'prices'?"
        )
        fixture.serve(nil)
        #expect(fixture.predict(Self.body).error?.code == .endpointNotDeployed)
    }

    @Test func `a full prediction log refuses instead of losing a record`() throws {
        var policy = PredictionLogPolicy()
        policy.queueByteLimit = 1
        let fixture = try GatewayFixture(queue: PredictionQueue(policy: policy))
        #expect(fixture.predict(Self.body).error == nil)
        #expect(fixture.predict(Self.body).error?.code == .logFull)
        #expect(fixture.gateway.queue.depth == 1)
    }

    @Test func `limits hold for bodies, inputs and requests under way`() throws {
        var limits = RequestLimits()
        limits.inputLimit = 1
        limits.concurrentRequestLimit = 1
        let fixture = try GatewayFixture(limits: limits)
        let input = #"{"entities":{"building_id":"b1"},"features":{"area":1}}"#
        #expect(fixture.predict(#"{"inputs":[\#(input)]}"#).error == nil)
        #expect(fixture.predict(#"{"inputs":[\#(input),\#(input)]}"#).error?.code == .requestTooManyInputs)
        #expect(fixture.gateway.enter())
        #expect(!fixture.gateway.enter())
        fixture.gateway.leave()
        #expect(fixture.gateway.enter())
        limits.bodyByteLimit = 10
        #expect(try GatewayFixture(limits: limits).predict(Self.body).error?.code == .requestTooLarge)
    }

    @Test func `mutated bodies give a value or an error, never a crash`() throws {
        let fixture = try GatewayFixture()
        var generator = SplitMix64(seed: 42)
        let seed = Array(
            #"{"inputs":[{"entities":{"building_id":"b\u00e9 1"},"features":{"area":-8.05e1}}],"explain":false}"#.utf8
        )
        var answeredCount = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: position)
                case 2: bytes.insert(UInt8.random(in: 32...126, using: &generator), at: position)
                default: bytes.removeLast(Int.random(in: 0..<min(8, bytes.count), using: &generator))
                }
            }
            let answer = fixture.gateway.predict(endpoint: "prices", body: bytes)
            if let error = answer.error {
                #expect(error.code.description.hasPrefix("request."))
            } else {
                answeredCount += 1
                #expect((try? JSONSerialization.jsonObject(with: Data(bytes))) != nil)
            }
        }
        #expect(answeredCount < 20_000)
    }
}
