import Foundation
import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct RunValuesTests {
    let start = EventTime(microseconds: 1_000_000)

    @Test(arguments: [1.5, -0.25, 3, .nan, .infinity, -.infinity])
    func `a metric of any value survives JSON`(value: Double) throws {
        let metric = Metric("mae", value, at: self.start, step: 7)
        let bytes = try JSONEncoder().encode(metric)
        #expect(try JSONDecoder().decode(Metric.self, from: bytes) == metric)
    }

    @Test func `a metric that is no number is refused`() {
        let text = #"{"key": "mae", "value": "small", "timestamp": "1970-01-01T00:00:01Z", "step": 0}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Metric.self, from: Data(text.utf8)) }
    }

    @Test func `the latest point has the later step, then time, then value`() {
        let later = EventTime(microseconds: 2_000_000)
        let ordered = [
            Metric("mae", .nan, at: self.start, step: 1), Metric("mae", -.infinity, at: self.start, step: 1),
            Metric("mae", 2, at: self.start, step: 1), Metric("mae", 1, at: later, step: 1),
            Metric("mae", 0, at: self.start, step: 2),
        ]
        for (index, point) in ordered.enumerated() {
            for (other, rival) in ordered.enumerated() { #expect(point.isLater(than: rival) == (index > other)) }
        }
    }

    @Test func `run ids are 32 lower-case hexadecimal digits`() throws {
        var generator = SplitMix64(seed: 3)
        let ids = (0..<200).map { _ in RunID(using: &generator) }
        #expect(Set(ids).count == 200)
        for id in ids { #expect(RunID(id.description) == id) }
        for text in ["", "abc", String(repeating: "A", count: 32), String(repeating: "g", count: 32)] {
            #expect(RunID(text) == nil)
        }
    }

    @Test func `a run survives JSON and knows how long it took`() throws {
        let id = try #require(RunID(String(repeating: "0a", count: 16)))
        var run = Run(id: id, experimentID: "1", name: "first", user: "ada", startedAt: self.start)
        #expect(run.durationSeconds == nil)
        run.endedAt = EventTime(microseconds: 3_500_000)
        run.metrics = ["mae": Metric("mae", .nan, at: self.start)]
        run.datasets = [DatasetInput(name: "sales", digest: "d", sourceType: "file", source: "sales.csv")]
        #expect(run.durationSeconds == 2.5)
        #expect(run.artifactFolder.description == "1/\(id)/artifacts")
        #expect(try JSONDecoder().decode(Run.self, from: JSONEncoder().encode(run)) == run)
    }

    @Test func `a comparison shows what each run has and what differs`() {
        let runs = [["rate": "0.1", "depth": "6"], ["rate": "0.2", "depth": "6"]]
            .map {
                Run(
                    id: .random(),
                    experimentID: "1",
                    name: "r",
                    user: "ada",
                    startedAt: self.start,
                    parameters: $0,
                    tags: $0["rate"] == "0.2" ? ["note": "x"] : [:]
                )
            }
        let difference = RunDifference(runs)
        #expect(difference.parameters.map(\.name) == ["depth", "rate"])
        #expect(difference.parameters.map(\.isDifferent) == [false, true])
        #expect(difference.tags.map(\.values) == [[nil, "x"]])
    }

    @Test func `names and values beyond the limits are refused`() {
        let long = String(repeating: "é", count: 251)
        let batches = [
            RunBatch(metrics: [Metric("", 1, at: self.start)]), RunBatch(parameters: [long: "1"]),
            RunBatch(parameters: ["rate": String(repeating: "1", count: 6_001)]), RunBatch(tags: ["a\nb": "c"]),
            RunBatch(tags: ["note": String(repeating: "1", count: 8_001)]),
        ]
        for batch in batches {
            let error = #expect(throws: TrackingError.self) { try batch.validate() }
            #expect(error?.code == .invalidTrackingValue)
        }
        let widest = RunBatch(parameters: [String(repeating: "é", count: 250): String(repeating: "1", count: 6_000)])
        #expect(throws: Never.self) { try widest.validate() }
    }
}
