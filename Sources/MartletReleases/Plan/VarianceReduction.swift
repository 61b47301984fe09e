import MartletCore

/// What is known of a unit before its variant can matter, and taken out of its metrics (CUPED).
package enum VarianceReduction: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    /// Nothing.
    case none
    /// What the metric counted of the unit before its first exposure, as long before as its window goes after.
    case prePeriod = "cuped_pre_period"
    /// What the version of control predicts for the unit's first request; it scores every request as a shadow.
    case prediction = "cuped_prediction"
}

/// How a metric of both sides is compared.
package enum MetricTest: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    /// By bounds that hold at every look.
    case sequence
    /// By Welch's t-test, once: at the end of the longest duration.
    case welch
    /// By the ranks of the units (Mann and Whitney), once: at the end of the longest duration.
    case mannWhitney = "mann_whitney"

    /// Whether it is valid at one look only.
    package var isOfOneLook: Bool { self != .sequence }
}
