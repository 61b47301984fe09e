import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletServing
import MartletStores
import MartletTesting
import MartletTracking
import Synchronization
import Testing

/// Traffic that moves between versions while requests come.
struct TrafficSwitchTests {
    private static let author = Attribution(by: "ada", at: GatewayFixture.now, reason: "a test")
    private static let body = #"{"inputs":[{"features":{"area":80}}],"unit":"ada"}"#

    private static func traffic(blue: Int, green: Int, shadow: ModelVersionID? = nil) -> EndpointTraffic {
        var variants = [
            ProductionVariant(name: "blue", version: ModelVersionID("prices", 1), weight: blue),
            ProductionVariant(name: "green", version: ModelVersionID("prices", 2), weight: green),
        ]
        if let shadow {
            variants.append(ProductionVariant(name: "next", version: shadow, weight: 0, isShadow: true))
        }
        return EndpointTraffic(variants: variants, salt: "r1", release: "r1")
    }

    private static func route(_ fixture: ServerFixture, _ traffic: EndpointTraffic) async throws {
        let known = try await fixture.deployments.deployment(of: "prices")?.revision
        _ = try await fixture.deployments.route(traffic, at: "prices", expecting: known ?? 0, Self.author)
    }

    // The limit is against a test that hangs; on a busy machine it waits long for its turn.
    @Test(.timeLimit(.minutes(15)))
    func `a thousand switches under load fail no request`() async throws {
        let fixture = try await ServerFixture()
        try await Self.route(fixture, Self.traffic(blue: 10_000, green: 0))
        _ = try await fixture.follower.poll()
        let load = Load()
        let counts = try await fixture.application()
            .test(.ahc(.http)) { client in
                try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            var counts: [String: Int] = [:]
                            while load.isRunning {
                                let response = try await client.predict(Self.body)
                                let json = try response.json()
                                let variant = json["variant"]?.canonicalText ?? "none"
                                let value = json["predictions"]?.canonicalText ?? "none"
                                counts["\(response.status.code) \(variant) \(value)", default: 0] += 1
                            }
                            return counts
                        }
                    }
                    for step in 0..<1_000 {
                        let isGreen = step.isMultiple(of: 2)
                        try await Self.route(
                            fixture,
                            Self.traffic(blue: isGreen ? 0 : 10_000, green: isGreen ? 10_000 : 0)
                        )
                        _ = try await fixture.follower.poll()
                    }
                    load.stop()
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
            }
        #expect(Set(counts.keys) == [#"200 "blue" [{"value":20}]"#, #"200 "green" [{"value":30}]"#], "\(counts)")
        #expect(try await fixture.deployments.revision() == 1_001)
        #expect(fixture.gateway.queue.depth == counts.values.reduce(0, +))
    }

    // How long it takes is measured by `Benchmarks/run releases`.
    @Test(.timeLimit(.minutes(15)))
    func `a rollback reaches the gateway without being told`() async throws {
        let fixture = try await ServerFixture()
        try await Self.route(fixture, Self.traffic(blue: 10_000, green: 0))
        _ = try await fixture.follower.poll()
        let following = Task { await fixture.follower.run() }
        defer { following.cancel() }
        for step in 0..<6 {
            let isGreen = step.isMultiple(of: 2)
            try await Self.route(fixture, Self.traffic(blue: isGreen ? 0 : 10_000, green: isGreen ? 10_000 : 0))
            let wanted = isGreen ? "green" : "blue"
            while fixture.gateway.routingTable.endpoints["prices"]?.leading?.variant.name != wanted {
                await Task.yield()
            }
        }
    }

    @Test func `many looks at once end with the newest traffic`() async throws {
        let fixture = try await ServerFixture()
        for step in 0..<20 {
            try await Self.route(fixture, Self.traffic(blue: 10_000 - step, green: step))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await fixture.follower.poll() } }
                try await group.waitForAll()
            }
            let endpoint = fixture.gateway.routingTable.endpoints["prices"]
            #expect(endpoint?.leading?.variant.weight == 10_000 - step)
        }
    }

    @Test func `a change of weights takes over what is loaded, and a plain deployment loads afresh`() async throws {
        let fixture = try await ServerFixture()
        func models() throws -> [ServedModel] {
            try #require(fixture.gateway.routingTable.endpoints["prices"]).variants.map(\.model)
        }
        try await Self.route(fixture, Self.traffic(blue: 10_000, green: 0))
        _ = try await fixture.follower.poll()
        let before = try models()
        try await Self.route(fixture, Self.traffic(blue: 5_000, green: 5_000))
        _ = try await fixture.follower.poll()
        let after = try models()
        #expect(before.count == 2 && zip(before, after).allSatisfy { $0 === $1 })
        try await fixture.deploy(1)
        let fresh = try models()
        #expect(fresh.count == 1 && fresh[0] !== before[0])
    }

    @Test func `a shadow or standby that cannot be loaded holds up nobody, one that should answer does`() async throws {
        let fixture = try await ServerFixture()
        let broken = try await fixture.registry.register(
            NewModelVersion(model: "prices", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/nothing"),
            Self.author
        )
        try await Self.route(fixture, Self.traffic(blue: 0, green: 10_000, shadow: broken.id))
        _ = try await fixture.follower.poll()
        let endpoint = try #require(fixture.gateway.routingTable.endpoints["prices"])
        #expect(endpoint.leading?.variant.name == "green")
        #expect(endpoint.failure?.version == broken.id)
        #expect(endpoint.variants.map(\.variant.name) == ["blue", "green"])
        // Another endpoint's deployment makes the follower look again, and leaves this one as it is.
        _ = try await fixture.deployments.deploy(ModelVersionID("prices", 1), to: "others", Self.author)
        _ = try await fixture.follower.poll()
        let again = try #require(fixture.gateway.routingTable.endpoints["prices"])
        #expect(zip(again.variants, endpoint.variants).allSatisfy { $0 === $1 })
        _ = try await fixture.registry.decide(.approved, on: broken.id, Self.author)
        var traffic = Self.traffic(blue: 0, green: 9_999)
        traffic.variants.append(ProductionVariant(name: "next", version: broken.id, weight: 1))
        try await Self.route(fixture, traffic)
        _ = try await fixture.follower.poll()
        let kept = try #require(fixture.gateway.routingTable.endpoints["prices"])
        #expect(kept.leading?.variant.weight == 10_000)
        #expect(kept.failure?.version == broken.id)
        try await fixture.application()
            .test(.router) { client in
                #expect(try await client.predict(Self.body).json()["variant"] == "green")
                let ready = try await client.send("/health/ready").json()
                #expect(ready["status"] == "degraded")
            }
        try await Self.route(fixture, Self.traffic(blue: 10_000, green: 0))
        _ = try await fixture.follower.poll()
        let back = try #require(fixture.gateway.routingTable.endpoints["prices"])
        #expect(back.failure == nil && back.leading?.variant.name == "blue")
    }

    @Test func `endpoints, health and metrics tell of every variant`() async throws {
        let reports = Reports()
        let fixture = try await ServerFixture(report: { reports.add($0) })
        try await Self.route(
            fixture,
            Self.traffic(blue: 2_000, green: 8_000, shadow: ModelVersionID("prices", 1))
        )
        _ = try await fixture.follower.poll()
        try await fixture.application()
            .test(.router) { client in
                for _ in 0..<3 { #expect(try await client.predict(Self.body).status == .ok) }
                fixture.gateway.scoreShadows()
                #expect(
                    fixture.gateway.takeOut("green", of: "prices", because: "too \"slow\"", at: GatewayFixture.now)
                )
                _ = try await fixture.follower.poll()
                _ = try await fixture.follower.poll()
                #expect(try await client.predict(Self.body).json()["variant"] == "blue")
                let listed = try await client.send("/v1/endpoints").json()["endpoints"]?.canonicalText ?? ""
                #expect(
                    listed.contains(#""name":"green","out":"too \"slow\"","shadow":false,"version":2,"weight":8000"#)
                )
                let ready = try await client.send("/health/ready").json()
                #expect(ready["status"] == "degraded")
                #expect(ready["outages"]?.canonicalText.contains(#""variant":"green""#) == true)
                let metrics = String(buffer: try await client.send("/metrics").body)
                #expect(
                    metrics.contains(
                        #"martlet_requests_total{endpoint="prices",version="prices:1",variant="next",shadow="true","#
                            + #"code="ok"} 3"#
                    )
                )
                #expect(
                    metrics.contains(
                        #"martlet_variant_out{endpoint="prices",version="prices:2",variant="green"} 1"#
                    )
                )
            }
        #expect(reports.all.count == 1)
    }

    /// Whether requests still come.
    private final class Load: Sendable {
        private let running = Mutex(true)
        var isRunning: Bool { self.running.withLock { $0 } }
        func stop() { self.running.withLock { $0 = false } }
    }

    private final class Reports: Sendable {
        private let reports = Mutex<[EndpointFollower.Report]>([])
        var all: [EndpointFollower.Report] { self.reports.withLock { $0 } }
        func add(_ report: EndpointFollower.Report) { self.reports.withLock { $0.append(report) } }
    }
}
