package import MartletStatistics

/// The reconstruction errors of the current rows; mergeable.
package struct ReconstructionErrors: Sendable, Hashable, Codable {
    /// Their moments.
    package private(set) var moments = SampleMoments()

    /// None yet.
    package init() {}

    /// Takes in the error of one row.
    package mutating func add(_ error: Double) { self.moments.add(error) }

    /// Takes in the errors of `other`.
    package mutating func merge(_ other: ReconstructionErrors) { self.moments.merge(other.moments) }
}

/// Whether rows as a whole still look like those of training, judged by their reconstruction error.
package struct MultivariateDrift: Sendable, Hashable, Codable {
    /// The shift of the mean error, in standard deviations of the reference's errors, from which rows count as changed.
    ///
    /// Half a standard deviation is a medium effect (J. Cohen, "Statistical power analysis", 1988).
    package static let threshold = 0.5

    package let referenceError: Double
    package let currentError: Double
    /// The shift of the mean error in standard deviations of the reference's errors, as found.
    package let shift: Double
    /// Where the shift lies, 95 %.
    package let interval: ConfidenceInterval

    /// Compares; nil when a side has fewer than two rows or the errors do not vary.
    package init?(model: ReconstructionModel, current: ReconstructionErrors) {
        let deviation = model.held.standardDeviation
        guard deviation > 0,
            let estimate = EffectEstimate.difference(control: model.held, treatment: current.moments)
        else { return nil }
        self.referenceError = model.held.mean
        self.currentError = current.moments.mean
        self.shift = estimate.value / deviation
        self.interval = estimate.fixedInterval(alpha: 0.05).mapped { $0 / deviation }
    }

    /// What the shift says; an error that fell says as much as one that rose.
    package var verdict: DriftVerdict {
        if self.interval.isAbove(Self.threshold) || self.interval.isBelow(-Self.threshold) { return .drifted }
        return abs(self.shift) > Self.threshold ? .unsure : .stable
    }
}
