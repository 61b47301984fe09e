import Foundation
import MartletStatistics
import Testing

@testable import MartletMonitoring

struct SketchTests {
    @Test
    func `a small sketch is exact`() {
        let values = (0..<3_000).map { Double(($0 * 7_919) % 3_000) }
        let sketch = QuantileSketch(values)
        #expect(sketch.isExact)
        let distribution = EmpiricalDistribution(sketch)
        #expect(distribution.countAtMost(1_499) == 1_500)
        #expect(distribution.quantile(0.5) == 1_499)
        #expect(distribution.quantile(1) == 2_999)
    }

    @Test(arguments: [256, 1_024])
    func `ranks are off by little, in any order and after merging`(capacity: Int) {
        let count = 60_000
        var noise = Noise(seed: UInt64(capacity))
        let random = (0..<count).map { _ in noise.normal() }
        for values in [random, random.sorted(), random.sorted(by: >)] {
            let whole = QuantileSketch(values, capacity: capacity)
            var merged = QuantileSketch(capacity: capacity)
            for start in stride(from: 0, to: count, by: 6_000) {
                merged.merge(QuantileSketch(values[start..<start + 6_000], capacity: capacity))
            }
            let sorted = random.sorted()
            for sketch in [whole, merged] {
                #expect(sketch.count == count)
                #expect(sketch.minimum == sorted.first)
                #expect(sketch.maximum == sorted.last)
                let distribution = EmpiricalDistribution(sketch)
                #expect(distribution.count == Double(count))
                #expect(distribution.values.count < 5 * capacity)
                var worst = 0.0
                for rank in stride(from: 0, to: count, by: 1_000) {
                    let share = distribution.countAtMost(sorted[rank]) / Double(count)
                    worst = max(worst, abs(share - Double(rank + 1) / Double(count)))
                }
                #expect(worst < 4 / Double(capacity), "\(worst) at capacity \(capacity)")
            }
        }
    }

    @Test
    func `a profile survives its file, and a damaged file is refused with what to do`() throws {
        var noise = Noise(seed: 1)
        var data = DataProfile(["x": .number, "kind": .category])
        for index in 0..<20_000 {
            data.add(["x": .number(noise.normal()), "kind": .category("k\(index % 7)")], prediction: noise.uniform())
        }
        let profile = ReferenceProfile(
            data: data,
            reconstruction: nil,
            attribution: ["x": 1],
            calibration: nil,
            loss: nil
        )
        let bytes = try profile.bytes
        #expect(try ReferenceProfile(parsing: bytes) == profile)
        #expect(bytes.count < 150_000)
        let error = #expect(throws: MonitoringError.self) { try ReferenceProfile(parsing: Data(bytes.dropLast(900))) }
        #expect(error?.code == .monitoringInvalidProfile)
        #expect(error?.message.contains("train the model again") == true)
    }

    @Test
    func `categories beyond the limit are counted together, and parts merge to the whole`() {
        var (first, second) = (CategoryCounts(limit: 3), CategoryCounts(limit: 3))
        for name in ["a", "b", "a", "c", "d", "e"] { first.add(name) }
        #expect(first.counts == ["a": 2, "b": 1, "c": 1])
        #expect(first.otherCount == 2)
        for name in ["a", "d", "d"] { second.add(name) }
        first.merge(second)
        #expect(first.counts == ["a": 3, "b": 1, "c": 1])
        #expect(first.otherCount == 4)
        #expect(first.total == 9)
    }

    @Test
    func `merged profiles equal the profile of all rows`() {
        let rows = (0..<400).map { Double($0) / 3 }
        var merged = ColumnProfile(numbers: rows.prefix(150))
        merged.merge(ColumnProfile(numbers: rows.dropFirst(150) + [.nan, .infinity]))
        #expect(merged.rowCount == 402)
        #expect(merged.missingCount == 2)
        #expect(abs(merged.moments.mean - rows.reduce(0, +) / 400) < 1e-9)
        #expect(merged.sketch?.count == 400)
    }
}
