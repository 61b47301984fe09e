package import MartletCore

/// What green must keep while it takes traffic.
///
/// Every gate is a sequential test, so that it may be looked at at any time.
package struct ReleaseGates: Sendable, Hashable, Codable {
    /// The largest share of failed requests.
    package var errorRateLimit: Double
    /// The quantile of latency that is held to `latencyLimit`, such as 0.95.
    package var latencyQuantile: Double
    /// The largest latency at ``latencyQuantile``.
    package var latencyLimit: TimeSpan
    /// How often a gate may be wrong, over all looks together.
    package var alpha: Double
    /// The fewest requests before a step below 100 % may end.
    package var requestMinimum: Int

    /// Holds the limits; the standard ones are an error rate of 1 % and a P95 of 500 ms.
    package init(
        errorRateLimit: Double = 0.01,
        latencyQuantile: Double = 0.95,
        latencyLimit: TimeSpan = TimeSpan(microseconds: 500_000),
        alpha: Double = 0.05,
        requestMinimum: Int = 20
    ) {
        self.errorRateLimit = errorRateLimit
        self.latencyQuantile = latencyQuantile
        self.latencyLimit = latencyLimit
        self.alpha = alpha
        self.requestMinimum = requestMinimum
    }
}

extension ReleaseGates: DocumentObject {
    package init(from reader: ObjectReader) {
        let standard = ReleaseGates()
        self.init(
            errorRateLimit: reader.value(
                "max_error_rate",
                default: standard.errorRateLimit,
                "The largest share of failed requests.",
                documentedDefault: 0.01
            ),
            latencyQuantile: reader.value(
                "latency_quantile",
                default: standard.latencyQuantile,
                "The quantile of latency that max_latency is for.",
                documentedDefault: 0.95
            ),
            latencyLimit: reader.value(
                "max_latency",
                default: standard.latencyLimit,
                "The largest latency at that quantile.",
                documentedDefault: "500ms"
            ),
            alpha: reader.value(
                "alpha",
                default: standard.alpha,
                "How often a gate may be wrong, over all looks together.",
                documentedDefault: 0.05
            ),
            requestMinimum: reader.value(
                "min_requests",
                default: standard.requestMinimum,
                "The fewest requests before a step below 100 % may end; never 0.",
                documentedDefault: 20
            )
        )
        Self.check(self.errorRateLimit, "max_error_rate", reader)
        Self.check(self.latencyQuantile, "latency_quantile", reader)
        Self.check(self.alpha, "alpha", reader)
        if self.latencyLimit.microseconds <= 0 {
            reader.report(.documentInvalidValue, "max_latency must be longer than 0s", at: "max_latency")
        }
        if self.requestMinimum < 1 {
            reader.report(
                .documentInvalidValue,
                "min_requests is \(self.requestMinimum); no data is never a pass, so it must be 1 or more",
                at: "min_requests"
            )
        }
    }

    /// Reports a share that is not strictly between 0 and 1.
    static func check(_ value: Double, _ key: String, _ reader: ObjectReader) {
        guard !(value > 0 && value < 1) else { return }
        reader.report(.documentInvalidValue, "\(key) is \(value); it must be between 0 and 1", at: key)
    }
}
