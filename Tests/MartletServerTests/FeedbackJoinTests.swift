import Foundation
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletReleases
import MartletServing
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

/// Predictions and what came of them, over HTTP and back as the figures of an experiment.
struct FeedbackJoinTests {
    private static let author = Attribution(by: "ada", at: GatewayFixture.now, reason: "a test")

    private static func observer(_ fixture: ServerFixture, _ log: URL) -> ExperimentObserver {
        ExperimentObserver(
            experiment: "x1",
            endpoint: "prices",
            observations: ExperimentObservations(
                variants: ["control", "treatment"],
                metrics: MetricDefinition.standard,
                from: GatewayFixture.now,
                pairedLoss: .absolute
            ),
            exposures: PredictionExposures(directory: log),
            feedback: SQLFeedbackStore(fixture.metadata)
        )
    }

    /// What one visitor does, so that the figures can be counted beside.
    private struct Visit {
        let unit: String
        let clicks: Bool
        let signs: Bool
    }

    private static func visits() -> [Visit] {
        var generator = SplitMix64(seed: 9)
        return (0..<200)
            .map { number in
                Visit(
                    unit: "user-\(number)",
                    clicks: Bool.random(using: &generator),
                    signs: Int.random(in: 0..<4, using: &generator) == 0
                )
            }
    }

    private static func send(_ client: some TestClientProtocol, _ path: String, _ events: [String]) async throws {
        let body = ByteBuffer(string: "[" + events.joined(separator: ",") + "]")
        let response = try await client.execute(uri: "/v1/\(path)", method: .post, body: body)
        #expect(response.status == .ok, "\(String(buffer: response.body))")
    }

    @Test func `an experiment counts what visitors did by the variant they met, at every look and from the start`()
        async throws
    {
        let fixture = try await ServerFixture()
        let log = fixture.folder.appendingPathComponent("predictions")
        let sink = PredictionSegments(directory: log, process: "p")
        let traffic = EndpointTraffic(
            variants: [
                ProductionVariant(name: "control", version: ModelVersionID("prices", 1), weight: 7_000),
                ProductionVariant(name: "treatment", version: ModelVersionID("prices", 2), weight: 3_000),
            ],
            salt: "x1",
            release: "x1"
        )
        _ = try await fixture.deployments.route(traffic, at: "prices", expecting: 0, Self.author)
        _ = try await fixture.follower.poll()
        let observer = Self.observer(fixture, log)
        let visits = Self.visits()
        let variants = try await fixture.application()
            .test(.router) { client in
                var variants: [String: String] = [:]
                for (number, visit) in visits.enumerated() {
                    let body = #"{"unit":"\#(visit.unit)","inputs":[{"features":{"area":80}}]}"#
                    let answer = try await client.predict(body).json()
                    guard case .string(let request) = answer["request_id"],
                        case .string(let variant) = answer["variant"]
                    else { continue }
                    variants[visit.unit] = variant
                    var events = [
                        #"{"id":"i\#(number)","endpoint":"prices","kind":"impression","request_id":"\#(request)"}"#
                    ]
                    if visit.clicks {
                        events.append(
                            #"{"id":"c\#(number)","endpoint":"prices","kind":"click","unit":"\#(visit.unit)"}"#
                        )
                    }
                    if visit.signs {
                        events.append(
                            #"{"id":"s\#(number)","endpoint":"prices","kind":"contract","unit":"\#(visit.unit)","#
                                + #""amount":12}"#
                        )
                    }
                    try await Self.send(client, "interactions", events)
                    // The log is written later than the events, as in life.
                    if number % 50 == 49 {
                        #expect(await fixture.gateway.queue.flush(to: sink, now: GatewayFixture.now))
                        _ = try await observer.look()
                    }
                }
                return variants
            }
        let reading = try await observer.look()
        try Self.check(reading, visits, variants)
        try Self.check(try await Self.observer(fixture, log).look(), visits, variants)
    }

    private static func check(_ reading: ExperimentReading, _ visits: [Visit], _ variants: [String: String]) throws {
        for name in ["control", "treatment"] {
            let mine = visits.filter { variants[$0.unit] == name }
            let found = try #require(reading.variants[name])
            #expect(found.units == mine.count && !mine.isEmpty)
            let count = Double(mine.count)
            let signs = Double(mine.count(where: \.signs))
            let contracts = try #require(found.metrics["contract_rate"])
            #expect(abs(contracts.mean - signs / count) < 1e-12)
            #expect(abs(contracts.m2 - signs * (1 - signs / count)) < 1e-9)
            let ctr = try #require(found.metrics["ctr"])
            #expect(abs(ctr.mean - Double(mine.count(where: \.clicks)) / count) < 1e-12)
            #expect(abs((ctr.denominator?.mean ?? 0) - 1) < 1e-12)
            let amount = try #require(found.metrics["avg_contract_amount"])
            #expect(abs(amount.mean * count - 12 * signs) < 1e-9)
        }
    }

    @Test func `in paired mode a shadow and the answer meet the outcome of their request`() async throws {
        let fixture = try await ServerFixture()
        let log = fixture.folder.appendingPathComponent("predictions")
        let traffic = EndpointTraffic(
            variants: [
                ProductionVariant(name: "control", version: ModelVersionID("prices", 1), weight: 10_000),
                ProductionVariant(
                    name: "treatment",
                    version: ModelVersionID("prices", 2),
                    weight: 0,
                    isShadow: true
                ),
            ],
            salt: "x1",
            release: "x1"
        )
        _ = try await fixture.deployments.route(traffic, at: "prices", expecting: 0, Self.author)
        _ = try await fixture.follower.poll()
        try await fixture.application()
            .test(.router) { client in
                var outcomes: [String] = []
                for number in 0..<20 {
                    // Control predicts 20, treatment 30; the truth is 30 each other time, else 22.
                    let answer = try await client.predict(#"{"inputs":[{"features":{"area":80}}]}"#).json()
                    guard case .string(let request) = answer["request_id"] else { continue }
                    let value = number.isMultiple(of: 2) ? 30 : 22
                    outcomes.append(
                        #"{"id":"o\#(number)","endpoint":"prices","request_id":"\#(request)","value":\#(value)}"#
                    )
                }
                try await Self.send(client, "outcomes", outcomes)
            }
        fixture.gateway.scoreShadows()
        let sink = PredictionSegments(directory: log, process: "p")
        #expect(await fixture.gateway.queue.flush(to: sink, now: GatewayFixture.now))
        let reading = try await Self.observer(fixture, log).look()
        let loss = try #require(reading.pairedLoss)
        // Losses of control 10 and 2, of treatment 0 and 8.
        #expect(loss.count == 20)
        #expect(abs(loss.mean - 2) < 1e-12)
        #expect(abs((loss.denominator?.mean ?? 0) - 6) < 1e-12)
        #expect(reading.variants["control"]?.units == 20)
        #expect(reading.variants["treatment"]?.units == 0)
    }
}
