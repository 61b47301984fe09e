import MartletCore
import MartletTracking
import Testing

struct FusePolicyTests {
    /// The probability that more than `count` of 64 trials succeed, summed over the binomial distribution.
    private static func tail(beyond count: Int, _ share: Double) -> Double {
        var chances = [1.0]
        for _ in 0..<64 {
            var next = [Double](repeating: 0, count: chances.count + 1)
            for (successes, chance) in chances.enumerated() {
                next[successes] += chance * (1 - share)
                next[successes + 1] += chance * share
            }
            chances = next
        }
        return chances[(count + 1)...].reduce(0, +)
    }

    @Test(arguments: [(0.01, 0.05), (0.05, 0.05), (0.2, 0.1), (0.001, 0.001)])
    func `what gates allow blows the fuse in one window of a billion at most`(_ errors: Double, _ slow: Double) {
        let policy = FusePolicy(errorRate: errors, slowShare: slow, slowMicroseconds: 1_000)
        #expect(Self.tail(beyond: policy.toleratedFaultCount, errors + slow) <= 1e-9)
        #expect(Self.tail(beyond: policy.toleratedFaultCount - 1, errors + slow) > 1e-9)
    }

    @Test func `ends of the range are kept, and the reason counts`() {
        #expect(FusePolicy(errorRate: 1, slowShare: 0.5, slowMicroseconds: 1).toleratedFaultCount == 64)
        #expect(FusePolicy(errorRate: 0, slowShare: 0, slowMicroseconds: 1).toleratedFaultCount == 0)
        let policy = FusePolicy(toleratedFaultCount: 2, slowMicroseconds: 100)
        #expect(policy.isFault(failed: true, latencyMicroseconds: 0))
        #expect(policy.isFault(failed: false, latencyMicroseconds: 100))
        #expect(!policy.isFault(failed: false, latencyMicroseconds: 99))
        #expect(policy.reason(0b11) == nil)
        #expect(policy.reason(0b111)?.text == "3 of its last 64 requests failed or were slow")
    }
}
