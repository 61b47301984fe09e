package import MartletStatistics

/// How one column of the current window differs from the reference.
package struct ColumnDrift: Sendable, Hashable, Codable {
    package let name: String
    package let kind: ColumnProfile.Kind
    package let referenceCount: Int
    package let currentCount: Int
    /// `nil` when a side is empty.
    package let populationStability: DriftEstimate?
    /// `nil` when a side is empty.
    package let jensenShannon: DriftEstimate?
    /// In standard deviations of the reference; `nil` for categories.
    package let wasserstein: DriftEstimate?
    /// `nil` for categories.
    package let kolmogorovSmirnov: DriftEstimate?
    package let referenceMissingShare: Double
    package let currentMissingShare: Double
    /// Current minus reference, 95 %; `nil` when neither misses anything.
    package let missingDifference: ConfidenceInterval?
    /// The share of current numbers outside the reference's range, or of categories that it does not know.
    package let unseenShare: Double
    /// Categories that the reference does not know, the most frequent first, at most ten.
    package let unseenCategories: [String]
    package let referenceMean: Double?
    package let currentMean: Double?

    /// Compares `current` with `reference`, columns of the same kind.
    package init(_ name: String, reference: ColumnProfile, current: ColumnProfile) {
        self.name = name
        self.kind = reference.kind
        self.referenceCount = reference.rowCount
        self.currentCount = current.rowCount
        self.referenceMissingShare = reference.missingShare
        self.currentMissingShare = current.missingShare
        let isMissing = reference.missingCount + current.missingCount > 0
        self.missingDifference =
            isMissing
            ? EffectEstimate.difference(
                control: BernoulliCount(trials: reference.rowCount, successes: reference.missingCount),
                treatment: BernoulliCount(trials: current.rowCount, successes: current.missingCount)
            )?
            .fixedInterval(alpha: 0.05) : nil
        let shares: BinnedShares
        if let ours = reference.sketch, let theirs = current.sketch {
            let (before, now) = (EmpiricalDistribution(ours), EmpiricalDistribution(theirs))
            let distance = DistributionDistance(reference: before, current: now)
            let bins = ReferenceBins(before)
            shares = BinnedShares(
                reference: bins.counts(of: before) + [Double(reference.missingCount)],
                current: bins.counts(of: now) + [Double(current.missingCount)]
            )
            let deviation = reference.moments.standardDeviation
            // A column that never varied has no unit of its own; its level is the next best.
            let unit = deviation > 0 ? deviation : max(abs(reference.moments.mean), 1)
            self.wasserstein = distance?.wasserstein.scaled(by: 1 / unit)
            self.kolmogorovSmirnov = distance?.kolmogorovSmirnov
            let inside = now.countAtMost(ours.maximum) - now.countAtMost(ours.minimum.nextDown)
            self.unseenShare = now.count > 0 && before.count > 0 ? max(0, 1 - inside / now.count) : 0
            self.unseenCategories = []
            self.referenceMean = reference.moments.count > 0 ? reference.moments.mean : nil
            self.currentMean = current.moments.count > 0 ? current.moments.mean : nil
        } else {
            let (before, now) = (
                reference.categories ?? CategoryCounts(), current.categories ?? CategoryCounts()
            )
            let names = Set(before.counts.keys).union(now.counts.keys).sorted()
            shares = BinnedShares(
                reference: names.map { Double(before.counts[$0] ?? 0) }
                    + [Double(before.otherCount), Double(reference.missingCount)],
                current: names.map { Double(now.counts[$0] ?? 0) }
                    + [Double(now.otherCount), Double(current.missingCount)]
            )
            let unseen = before.otherCount > 0 ? [:] : now.counts.filter { before.counts[$0.key] == nil }
            self.unseenShare =
                now.total > 0 ? Double(unseen.values.reduce(0, +)) / Double(now.total) : 0
            self.unseenCategories = Array(
                unseen.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key).prefix(10)
            )
            (self.wasserstein, self.kolmogorovSmirnov) = (nil, nil)
            (self.referenceMean, self.currentMean) = (nil, nil)
        }
        self.populationStability = shares.populationStability
        self.jensenShannon = shares.jensenShannon
    }

    /// The distance that `measure` names; `nil` when it is not defined for the column.
    package subscript(measure: DriftMeasure) -> DriftEstimate? {
        switch measure {
        case .populationStability: self.populationStability
        case .jensenShannon: self.jensenShannon
        case .wasserstein: self.wasserstein
        case .kolmogorovSmirnov: self.kolmogorovSmirnov
        }
    }

    /// What the column says under `rules`.
    ///
    /// A column the chosen measure is not defined for is judged by the Jensen–Shannon distance.
    package func verdict(_ rules: DriftRules) -> DriftVerdict {
        let measure = self[rules.measure] == nil ? DriftMeasure.jensenShannon : rules.measure
        let distance = self[measure]?.verdict(threshold: rules.threshold(of: measure)) ?? .stable
        let missing: DriftVerdict =
            if let interval = self.missingDifference, interval.isAbove(rules.missingThreshold) {
                .drifted
            } else {
                .stable
            }
        return max(distance, missing)
    }
}

/// A distance between distributions.
package enum DriftMeasure: String, Sendable, Hashable, Codable, CaseIterable {
    case populationStability = "psi"
    case jensenShannon = "jensen_shannon"
    case wasserstein
    case kolmogorovSmirnov = "kolmogorov_smirnov"
}

/// By what a difference counts as drift.
package struct DriftRules: Sendable, Hashable, Codable {
    package var measure: DriftMeasure
    /// Overrides the usual threshold of ``measure``.
    package var threshold: Double?
    /// The growth of the missing share from which a column has drifted.
    package var missingThreshold: Double

    /// Judges by `measure`, against its usual threshold unless one is given.
    package init(
        measure: DriftMeasure = .populationStability,
        threshold: Double? = nil,
        missingThreshold: Double = 0.05
    ) {
        self.measure = measure
        self.threshold = threshold
        self.missingThreshold = missingThreshold
    }

    /// Up to which distance of `measure` a column counts as the same.
    ///
    /// 0.2 for the population stability index, as banks use it since the 1990s; 0.1 for the others.
    package func threshold(of measure: DriftMeasure) -> Double {
        if measure == self.measure, let threshold { return threshold }
        return measure == .populationStability ? 0.2 : 0.1
    }
}
