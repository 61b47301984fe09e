import Foundation
import MartletCore
import MartletServing
import MartletTracking
import Testing

@testable import MartletServer

struct WrittenRunsTests {
    private static let start = EventTime(microseconds: 1_700_000_000_000_000)

    private static func run(_ number: Int) -> Run {
        Run(
            id: RunID.random(),
            experimentID: "1",
            name: "run \(number) \"한글\"",
            user: "ada",
            startedAt: Self.start,
            parameters: ["depth": "\(number)"],
            metrics: ["rmse": Metric("rmse", Double(number) / 7, at: Self.start, step: 3)],
            tags: ["team": "a"]
        )
    }

    private static func written(_ run: Run) -> [UInt8] { MLflowAnswer.object { RunJSON.write(run, to: &$0) } }

    @Test func `texts are those of the runs, in their order, at first and again`() {
        let runs = (0..<50).map(Self.run)
        let written = WrittenRuns()
        #expect(written.texts(of: runs) == runs.map(Self.written))
        let others = Array(runs.reversed()) + [Self.run(99)]
        #expect(written.texts(of: others) == others.map(Self.written))
        #expect(written.texts(of: []).isEmpty)
    }

    @Test func `a run that changed in any part is written anew`() {
        let before = Self.run(1)
        let changes: [(inout Run) -> Void] = [
            { $0.status = .finished }, { $0.endedAt = Self.start }, { $0.name = "other" }, { $0.lifecycle = .deleted },
            { $0.parameters["new"] = "1" }, { $0.tags["team"] = "b" }, { $0.artifactLocation = "s3://b/x" },
            { $0.outputModels = [ModelOutput(modelID: "m", step: 1)] },
            { $0.metrics["rmse"] = Metric("rmse", .nan, at: Self.start, step: 3) },
        ]
        for change in changes {
            let written = WrittenRuns()
            _ = written.texts(of: [before])
            var after = before
            change(&after)
            #expect(written.texts(of: [after]) == [Self.written(after)])
            #expect(Self.written(after) != Self.written(before))
            #expect(written.texts(of: [before]) == [Self.written(before)])
        }
    }

    @Test func `what does not fit is written all the same`() {
        let runs = (0..<20).map(Self.run)
        let one = Self.written(runs[0]).count
        for limit in [0, one, 3 * one] {
            let written = WrittenRuns(byteLimit: limit)
            for _ in 0..<3 {
                for run in runs { #expect(written.texts(of: [run]) == [Self.written(run)]) }
            }
        }
    }

    @Test func `a history has each point as a run has its metrics`() throws {
        let key = "loss \"검증\""
        let values = [0, -0.0, 1, -1.5, 1e300, 1 / 3, .nan, .infinity, -.infinity, 4e15]
        let numbers: [Int64] = [0, 9, 10, -1, 99, .max, .min, 1_234_567, -10, 1_000_000_000_000_000_000]
        let points = zip(values, numbers)
            .map { Metric(key, $0, at: EventTime(microseconds: $1 / 1_000 * 1_000), step: $1) }
        let quick = MLflowAnswer.object { $0.points("metrics", key, points) }
        let plain = MLflowAnswer.object { json in
            json.list("metrics", points) { json, metric in RunJSON.write(metric, to: &json) }
        }
        #expect(String(decoding: quick, as: UTF8.self) == String(decoding: plain, as: UTF8.self))
        let parsed = try JSONValue(parsing: Data(quick))
        guard case .array(let read)? = parsed["metrics"] else { throw CancellationError() }
        #expect(read.map { $0["step"] } == numbers.map { try? JSONValue(parsing: Data("\($0)".utf8)) })
        #expect(MLflowAnswer.object { $0.points("metrics", key, []) } == MLflowAnswer.empty)
    }
}
