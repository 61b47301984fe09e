import MartletCore
package import MartletTracking

extension ReleasePlan {
    /// When a variant of a release or experiment is taken out at once: what its gates allow, and far more of it than
    /// chance would bring.
    package var fuse: FusePolicy {
        FusePolicy(
            errorRate: self.gates.errorRateLimit,
            slowShare: 1 - self.gates.latencyQuantile,
            slowMicroseconds: self.gates.latencyLimit.microseconds
        )
    }
}
