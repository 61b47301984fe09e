import MartletTesting
import Testing

@testable import MartletForest

@Suite struct SinglePrecisionThresholdTests {
    @Test func `the double threshold decides as the single one does`() {
        var random = SplitMix64(seed: 3)
        var thresholds: [Float] = [
            0, -0.0, 1, -1, 0.1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 16_777_216,
        ]
        while thresholds.count < 2_000 {
            let threshold = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
            if threshold.isFinite { thresholds.append(threshold) }
        }
        var wrong: [(threshold: Float, value: Double)] = []
        for threshold in thresholds {
            let limit = SinglePrecisionThreshold.greatestBelow(threshold)
            var values: [Double] = [
                limit, limit.nextUp, limit.nextDown, Double(threshold), Double(threshold).nextDown,
                Double(threshold).nextUp, Double(threshold.nextDown), Double(threshold.nextUp), .infinity, -.infinity,
            ]
            values.append(Double.random(in: -2...2, using: &random) * Double(threshold))
            for value in values where (Float(value) < threshold) != (value <= limit) {
                wrong.append((threshold, value))
            }
        }
        #expect(wrong.isEmpty)
    }
}
