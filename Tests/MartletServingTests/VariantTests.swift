import Foundation
import MartletCore
import MartletForest
import MartletServing
import MartletTesting
import MartletTracking
import Testing

struct VariantTests {
    private static let plain = #"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":80.5}}]}"#

    private static func body(_ unit: String) -> String {
        #"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":80.5}}],"unit":"\#(unit)"}"#
    }

    /// A network that fails, or answers 7.
    private struct Network: NetworkScorer {
        let featureCount = 2
        let isFailing: Bool

        func score(_ row: [Double]) throws(ServingError) -> Double {
            guard self.isFailing else { return 7 }
            throw ServingError(.modelFailed, "The network fails.")
        }
    }

    private static func traffic(_ control: Int, _ treatment: Int, shadow: Bool = false) -> EndpointTraffic {
        EndpointTraffic(
            variants: [
                ProductionVariant(name: "control", version: ModelVersionID("prices", 3), weight: control),
                ProductionVariant(
                    name: "treatment",
                    version: ModelVersionID("prices", 4),
                    weight: treatment,
                    isShadow: shadow
                ),
            ],
            salt: "x1",
            release: "x1"
        )
    }

    /// Serves `traffic` with the fixture's forest as control and a network as treatment.
    private static func fixture(
        _ traffic: EndpointTraffic,
        isFailing: Bool = false,
        shadows: ShadowQueue.Policy = ShadowQueue.Policy()
    ) throws -> (GatewayFixture, RoutingTable.Endpoint) {
        let fixture = try GatewayFixture(shadows: ShadowQueue(policy: shadows))
        let treatment = try ServedModel(
            version: ModelVersionID("prices", 4),
            manifest: fixture.model.manifest,
            scorer: .network(Network(isFailing: isFailing)),
            plan: fixture.model.plan
        )
        let served = zip(traffic.variants, [fixture.model, treatment])
            .map { variant, model in
                ServedVariant(
                    variant,
                    model: model,
                    release: traffic.release,
                    liveSince: nil,
                    metrics: fixture.gateway.metrics.metrics(
                        endpoint: "prices",
                        version: variant.version.description,
                        variant: variant.name,
                        isShadow: variant.isShadow
                    )
                )
            }
        let endpoint = RoutingTable.Endpoint(
            name: "prices",
            traffic: traffic,
            variants: served,
            revision: 2,
            failure: nil,
            metrics: fixture.gateway.metrics.metrics(endpoint: "prices", version: "prices:3")
        )
        fixture.gateway.serve(RoutingTable(revision: 2, endpoints: ["prices": endpoint]))
        return (fixture, endpoint)
    }

    private static func json(_ answer: Gateway.Answer) throws -> JSONValue {
        try JSONValue(parsing: Data(answer.body))
    }

    /// The records that were queued.
    private static func records(_ fixture: GatewayFixture) async throws -> [JSONValue] {
        let sink = LineSink()
        #expect(await fixture.gateway.queue.flush(to: sink, now: GatewayFixture.now))
        return try await sink.lines.map { try JSONValue(parsing: Data($0)) }
    }

    private actor LineSink: PredictionSink {
        private(set) var lines: [[UInt8]] = []

        func append(_ lines: [UInt8], at now: EventTime) async throws {
            self.lines += lines.split(separator: UInt8(ascii: "\n")).map(Array.init)
        }
    }

    @Test func `a unit is answered by its variant every time, and the answer and the record say so`() async throws {
        let traffic = Self.traffic(5_000, 5_000)
        let (fixture, _) = try Self.fixture(traffic)
        let assignment = VariantAssignment(traffic)
        var seen: Set<String> = []
        for unit in (0..<40).map({ "user-\($0)" }) {
            let name = traffic.variants[assignment.position(of: unit)].name
            seen.insert(name)
            for _ in 0..<2 {
                let answer = try Self.json(fixture.predict(Self.body(unit)))
                #expect(answer["variant"] == .string(name))
                #expect(answer["release"] == "x1")
                #expect(answer["unit"] == .string(unit))
                let value = answer["predictions"]?.canonicalText
                #expect(value == (name == "control" ? #"[{"value":20}]"# : #"[{"value":7}]"#))
            }
        }
        #expect(seen == ["control", "treatment"])
        for record in try await Self.records(fixture) {
            guard case .string(let unit) = record["unit"] else {
                Issue.record("no unit in \(record.canonicalText)")
                continue
            }
            #expect(record["variant"] == .string(traffic.variants[assignment.position(of: unit)].name))
            #expect(record["release"] == "x1" && record["shadow"] == nil)
        }
    }

    @Test func `without a unit the request's own id is the unit`() async throws {
        let (fixture, _) = try Self.fixture(Self.traffic(5_000, 5_000))
        let answers = try (0..<30).map { _ in try Self.json(fixture.predict(Self.plain)) }
        #expect(answers.allSatisfy { $0["unit"] == $0["request_id"] })
        #expect(Set(answers.map { $0["variant"] }).count == 2)
    }

    @Test func `one variant needs no unit and keeps the one it is given`() throws {
        let fixture = try GatewayFixture()
        let plain = try Self.json(fixture.predict(Self.plain))
        #expect(plain["variant"] == "live" && plain["unit"] == nil && plain["release"] == nil)
        #expect(try Self.json(fixture.predict(Self.body("ada")))["unit"] == "ada")
    }

    @Test(arguments: [#""""#, "7", "null", #"["a"]"#, #""a","unit":"b""#])
    func `a unit that is no text of 1 to 256 bytes, or is there twice, is refused`(unit: String) throws {
        let (fixture, _) = try Self.fixture(Self.traffic(5_000, 5_000))
        let body = #"{"unit":\#(unit),"inputs":[{"entities":{"building_id":"b1"},"features":{"area":1}}]}"#
        let error = try #require(fixture.predict(body).error)
        #expect([.requestWrongType, .requestDuplicateKey].contains(error.code), "\(error.message)")
        #expect(error.field == "unit")
    }

    @Test func `shadows score after the answer, are recorded, and fail nobody`() async throws {
        for isFailing in [false, true] {
            let (fixture, _) = try Self.fixture(Self.traffic(10_000, 0, shadow: true), isFailing: isFailing)
            let answer = try Self.json(fixture.predict(Self.body("ada")))
            #expect(answer["variant"] == "control")
            #expect(fixture.gateway.shadows.depth == 1)
            fixture.gateway.scoreShadows()
            #expect(fixture.gateway.shadows.depth == 0 && fixture.gateway.shadows.scoredCount == 1)
            let records = try await Self.records(fixture)
            #expect(records.count == 2)
            #expect(records.map { $0["request_id"] } == [answer["request_id"], answer["request_id"]])
            let shadow = try #require(records.last)
            #expect(shadow["shadow"] == true && shadow["variant"] == "treatment" && shadow["unit"] == "ada")
            #expect(shadow["status"] == (isFailing ? "refused" : "answered"))
            let counted = fixture.gateway.traffic(of: "prices", since: nil)
            #expect(counted.map(\.counts.answeredCount) == [1, isFailing ? 0 : 1])
            #expect(counted.map(\.faultCount) == [0, isFailing ? 1 : 0])
            #expect(counted.map(\.isShadow) == [false, true])
        }
    }

    @Test func `a full shadow queue drops what it has no room for, and the answers go on`() throws {
        var policy = ShadowQueue.Policy()
        policy.jobLimit = 3
        let (fixture, _) = try Self.fixture(Self.traffic(10_000, 0, shadow: true), shadows: policy)
        for _ in 0..<10 { #expect(fixture.predict(Self.plain).error == nil) }
        #expect(fixture.gateway.shadows.depth == 3 && fixture.gateway.shadows.droppedCount == 7)
    }

    @Test func `shadows are scored by a task of their own as requests come`() async throws {
        let (fixture, _) = try Self.fixture(Self.traffic(10_000, 0, shadow: true))
        let task = Task { await fixture.gateway.runShadows() }
        for _ in 0..<50 { #expect(fixture.predict(Self.plain).error == nil) }
        while fixture.gateway.shadows.scoredCount < 50 { await Task.yield() }
        task.cancel()
        await task.value
        #expect(fixture.gateway.shadows.droppedCount == 0)
    }

    @Test func `a variant that fails fails no request, and is taken out after the sixteenth fault`() async throws {
        let traffic = Self.traffic(0, 10_000)
        let (fixture, endpoint) = try Self.fixture(traffic, isFailing: true)
        for number in 1...20 {
            let answer = fixture.predict(Self.body("ada"))
            #expect(answer.error == nil)
            #expect(try Self.json(answer)["variant"] == "control")
            #expect(fixture.gateway.outages.isEmpty == (number < 16), "\(number)")
        }
        let counted = fixture.gateway.traffic(of: "prices", since: nil)
        #expect(counted.map(\.faultCount) == [0, 16])
        #expect(counted[0].counts.answeredCount == 20)
        let outage = try #require(fixture.gateway.outages.first)
        #expect(outage.endpoint == "prices" && outage.variant == "treatment")
        #expect(outage.outage.reason == "16 of its last 64 requests failed or were slow")
        #expect(endpoint.split?.variants[0]?.fuse.isBlown == false)
        let records = try await Self.records(fixture)
        #expect(records.count == 20)
        #expect(records.allSatisfy { $0["instead_of"] == "treatment" && $0["variant"] == "control" })
    }

    @Test func `a variant can be taken out by hand, but not the last one`() throws {
        let (fixture, _) = try Self.fixture(Self.traffic(0, 10_000))
        #expect(try Self.json(fixture.predict(Self.plain))["variant"] == "treatment")
        #expect(!fixture.gateway.takeOut("nobody", of: "prices", because: "x", at: GatewayFixture.now))
        #expect(fixture.gateway.takeOut("treatment", of: "prices", because: "a person says so", at: GatewayFixture.now))
        #expect(try Self.json(fixture.predict(Self.plain))["variant"] == "control")
        #expect(!fixture.gateway.takeOut("control", of: "prices", because: "x", at: GatewayFixture.now))
        #expect(fixture.gateway.outages.map(\.outage.reason) == ["a person says so"])
    }

    @Test func `what was counted since a moment is what came after the sample before it`() throws {
        let (fixture, _) = try Self.fixture(Self.traffic(10_000, 0))
        let start = GatewayFixture.now
        for second in 0..<5 {
            fixture.gateway.sampleMetrics(at: start + .seconds(Int64(second)))
            #expect(fixture.predict(Self.plain).error == nil)
            #expect(fixture.predict("{}").error != nil)
        }
        for second in 0..<5 {
            let counted = fixture.gateway.traffic(of: "prices", since: start + .seconds(Int64(second)))
            #expect(counted[0].counts.answeredCount == UInt64(5 - second))
            #expect(counted[0].counts.refusedCounts == [.requestMissingKey: UInt64(5 - second)])
            #expect(counted[0].counts.buckets.reduce(0, +) == UInt64(2 * (5 - second)))
            #expect(counted[0].faultCount == 0)
        }
        let unsampled = fixture.gateway.traffic(of: "prices", since: start + .seconds(5))
        #expect(unsampled[0].counts == EndpointMetrics.Counts())
        let all = fixture.gateway.traffic(of: "prices", since: nil)
        #expect(all[0].counts.answeredCount == 5)
        #expect(fixture.gateway.traffic(of: "nothing", since: start).isEmpty)
    }

    @Test func `mutated bodies are refused alike with one variant and with two`() throws {
        let (split, _) = try Self.fixture(Self.traffic(10_000, 0))
        let plain = try GatewayFixture()
        var generator = SplitMix64(seed: 4)
        let seed = Array(
            #"{"explain":false,"x":[{"a":[1,-2.5e3,true,null,"\u00e9"]},{}],"unit":"\u00e9 1","inputs":[]}"#.utf8
        )
        for _ in 0..<5_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: position)
                default: bytes.insert(UInt8.random(in: 32...126, using: &generator), at: position)
                }
            }
            let first = split.gateway.predict(endpoint: "prices", body: bytes)
            let second = plain.gateway.predict(endpoint: "prices", body: bytes)
            #expect(first.error?.code == second.error?.code)
        }
    }
}
