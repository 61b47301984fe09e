/// A distance between reference and current, with what sampling alone does to it.
///
/// A distance is never negative, so two samples of one distribution are never at 0: ``floor`` is what to expect of
/// samples of these sizes when nothing changed, and is taken off before a distance is judged.
package struct DriftEstimate: Sendable, Hashable, Codable {
    /// The distance as computed.
    package let value: Double
    /// The distance expected from sampling alone.
    package let floor: Double
    /// The standard error of the distance.
    package let standardError: Double

    /// With 95 % confidence the true distance is not below this.
    package let lower: Double
    /// With 95 % confidence the true distance is not above this.
    package let upper: Double

    /// The 95 % quantile of the normal distribution.
    static let width = 1.644_853_626_951_472_2

    /// Puts an estimate together whose error is about normal.
    package init(value: Double, floor: Double, standardError: Double) {
        self.init(
            value: value,
            floor: floor,
            standardError: standardError,
            lower: max(0, value - floor - Self.width * standardError),
            upper: value + Self.width * standardError
        )
    }

    /// Puts an estimate together whose bounds were computed elsewhere.
    init(value: Double, floor: Double, standardError: Double, lower: Double, upper: Double) {
        self.value = value
        self.floor = floor
        self.standardError = standardError
        self.lower = lower
        self.upper = upper
    }

    /// What the distance says when up to `threshold` is let pass.
    package func verdict(threshold: Double) -> DriftVerdict {
        if self.lower > threshold { return .drifted }
        return self.value - self.floor > threshold ? .unsure : .stable
    }

    /// The estimate in another unit.
    func scaled(by factor: Double) -> DriftEstimate {
        DriftEstimate(
            value: self.value * factor,
            floor: self.floor * factor,
            standardError: self.standardError * factor,
            lower: self.lower * factor,
            upper: self.upper * factor
        )
    }
}

/// What a comparison with the reference says.
package enum DriftVerdict: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
    /// Not above the threshold.
    case stable
    /// Above the threshold, but sampling may have done it.
    case unsure
    /// Above the threshold even after what sampling can do.
    case drifted

    package static func < (lhs: DriftVerdict, rhs: DriftVerdict) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
