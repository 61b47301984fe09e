/// The values that the data do not exclude.
package struct ConfidenceInterval: Sendable, Hashable, Codable {
    /// The smallest; nil when nothing is too small.
    package let lower: Double?
    /// The greatest; nil when nothing is too great.
    package let upper: Double?

    /// The values from `lower` to `upper`.
    package init(lower: Double?, upper: Double?) {
        self.lower = lower
        self.upper = upper
    }

    /// Whether `value` lies inside, ends included.
    package func contains(_ value: Double) -> Bool {
        !self.isAbove(value) && !self.isBelow(value)
    }

    /// Whether all of it lies above `value`.
    package func isAbove(_ value: Double) -> Bool { self.lower.map { $0 > value } ?? false }

    /// Whether all of it lies below `value`.
    package func isBelow(_ value: Double) -> Bool { self.upper.map { $0 < value } ?? false }

    /// The part that both hold; nil when they exclude each other.
    ///
    /// The looks of a confidence sequence may be intersected as they come: the true value lies in all of them at once.
    package func intersection(_ other: ConfidenceInterval) -> ConfidenceInterval? {
        let lower = [self.lower, other.lower].compactMap { $0 }.max()
        let upper = [self.upper, other.upper].compactMap { $0 }.min()
        if let lower, let upper, lower > upper { return nil }
        return ConfidenceInterval(lower: lower, upper: upper)
    }

    /// Both ends through a function that never falls, such as `exp`.
    package func mapped(_ transform: (Double) -> Double) -> ConfidenceInterval {
        ConfidenceInterval(lower: self.lower.map(transform), upper: self.upper.map(transform))
    }
}
