import Foundation
import MartletCore
import MartletReleases
import MartletServing
import MartletStores
import MartletTesting
import MartletTracking
import Testing

/// The prediction log of a real gateway, read as exposures while it grows.
struct PredictionExposuresTests {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    /// A gateway whose two variants and shadow are one model, under release `x"1`.
    private static func fixture() throws -> GatewayFixture {
        let fixture = try GatewayFixture()
        let traffic = EndpointTraffic(
            variants: [
                ProductionVariant(name: "control", version: fixture.model.version, weight: 5_000),
                ProductionVariant(name: "treatment", version: fixture.model.version, weight: 5_000),
                ProductionVariant(name: "beside", version: fixture.model.version, weight: 0, isShadow: true),
            ],
            salt: "x",
            release: #"x"1"#
        )
        let variants = traffic.variants.map { variant in
            ServedVariant(
                variant,
                model: fixture.model,
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
            variants: variants,
            revision: 1,
            failure: nil,
            metrics: fixture.gateway.metrics.metrics(endpoint: "prices", version: "prices:3")
        )
        fixture.gateway.serve(RoutingTable(revision: 1, endpoints: ["prices": endpoint]))
        return fixture
    }

    private static func body(_ unit: String, inputs: Int = 1) -> String {
        let input = #"{"entities":{"building_id":"b1"},"features":{"area":80}}"#
        return #"{"unit":"\#(unit)","inputs":[\#(Array(repeating: input, count: inputs).joined(separator: ","))]}"#
    }

    @Test func `each answer and each shadow is an exposure once, as the log grows`() async throws {
        let fixture = try Self.fixture()
        // Small files, so that the log goes on in new ones.
        let sink = PredictionSegments(directory: self.directory, process: "p", byteLimit: 2_000)
        let source = PredictionExposures(directory: self.directory)
        #expect(try await source.newExposures(of: #"x"1"#).isEmpty)
        var all: [Exposure] = []
        for round in 0..<10 {
            for number in 0..<5 { #expect(fixture.predict(Self.body("u\(round)-\(number)")).error == nil) }
            #expect(fixture.predict("{}").error != nil)
            fixture.gateway.scoreShadows()
            #expect(await fixture.gateway.queue.flush(to: sink, now: GatewayFixture.now))
            let new = try await source.newExposures(of: #"x"1"#)
            #expect(new.count == 10)
            #expect(try await source.newExposures(of: #"x"1"#).isEmpty)
            all += new
        }
        let answers = all.filter { !$0.isShadow }
        #expect(Set(answers.map(\.unit)).count == 50)
        #expect(Set(answers.map(\.variant)) == ["control", "treatment"])
        #expect(all.allSatisfy { $0.entity == "b1" && $0.prediction == 20 && $0.at == GatewayFixture.now })
        #expect(Set(all.filter(\.isShadow).map(\.requestID)) == Set(answers.map(\.requestID)))
        let again = try await PredictionExposures(directory: self.directory).newExposures(of: #"x"1"#)
        #expect(Set(again) == Set(all))
        #expect(try await PredictionExposures(directory: self.directory).newExposures(of: "x").isEmpty)
    }

    @Test func `a line that is not whole yet waits, and one that was cut off is passed over`() async throws {
        let fixture = try Self.fixture()
        let sink = PredictionSegments(directory: self.directory, process: "p")
        #expect(fixture.predict(Self.body("ada", inputs: 2)).error == nil)
        #expect(await fixture.gateway.queue.flush(to: sink, now: GatewayFixture.now))
        let file = try #require(PredictionLogReader(directory: self.directory).segments.first)
        let line = try Data(contentsOf: file)
        let source = PredictionExposures(directory: self.directory)
        try line.dropLast(10).write(to: file)
        #expect(try await source.newExposures(of: #"x"1"#).isEmpty)
        try line.write(to: file)
        let found = try await source.newExposures(of: #"x"1"#)
        #expect(found.map(\.unit) == ["ada"])
        #expect(found[0].prediction == nil && found[0].entity == nil)
        try (line + line.prefix(40) + Data("\n".utf8) + line).write(to: file)
        #expect(try await source.newExposures(of: #"x"1"#).count == 1)
    }
}
