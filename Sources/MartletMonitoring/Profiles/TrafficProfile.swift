package import MartletStatistics

/// What the requests to one model version looked like over some time; mergeable, so that hours make days.
package struct TrafficProfile: Sendable, Hashable {
    /// Inputs and answers.
    package private(set) var data: DataProfile
    /// How badly rows are put together from their main directions; empty without such a model.
    package private(set) var errors = ReconstructionErrors()
    /// The absolute errors foreseen; empty without a second model.
    package private(set) var foreseen = SampleMoments()
    /// The sums of absolute contributions of the rows that were explained.
    package private(set) var contributions: [String: Double] = [:]
    /// The rows that were explained.
    package private(set) var explainedCount = 0

    /// Nothing yet, with the columns of `reference`.
    package init(_ reference: ReferenceProfile) {
        self.data = DataProfile(reference.data.columns.mapValues(\.kind))
    }

    /// Takes in one row.
    ///
    /// - Parameters:
    ///   - cells: the columns as the model got them.
    ///   - prediction: the answer; `nil` when there was none.
    ///   - reconstructionError: how badly the row is put together, when that is known.
    ///   - foreseenError: the absolute error that is foreseen, when a second model says.
    ///   - contributions: how much each column moved the answer, when the row is explained.
    package mutating func add(
        _ cells: [String: ProfiledCell],
        prediction: Double?,
        reconstructionError: Double?,
        foreseenError: Double?,
        contributions: [String: Double]?
    ) {
        self.data.add(cells, prediction: prediction)
        if let reconstructionError { self.errors.add(reconstructionError) }
        if let foreseenError { self.foreseen.add(foreseenError) }
        guard let contributions else { return }
        self.explainedCount += 1
        for (name, contribution) in contributions { self.contributions[name, default: 0] += abs(contribution) }
    }

    /// Takes in the rows of `other`, which has the same columns.
    package mutating func merge(_ other: TrafficProfile) {
        self.data.merge(other.data)
        self.errors.merge(other.errors)
        self.foreseen.merge(other.foreseen)
        self.explainedCount += other.explainedCount
        for (name, contribution) in other.contributions { self.contributions[name, default: 0] += contribution }
    }

    /// What differs from `reference`.
    package func drift(from reference: ReferenceProfile, _ rules: DriftRules) -> DriftReport {
        let count = Double(self.explainedCount)
        return DriftReport(
            reference: reference,
            current: self.data,
            reconstructionErrors: self.errors.moments.count > 1 ? self.errors : nil,
            attribution: self.explainedCount >= Self.explainedMinimum
                ? self.contributions.mapValues { $0 / count } : nil,
            rules: rules
        )
    }

    /// Fewer explained rows say nothing of how columns rank.
    private static let explainedMinimum = 30

    /// The quality to expect of these rows before their labels are in.
    package func estimatedQuality(_ reference: ReferenceProfile, threshold: Double?) -> [QualityFigure] {
        if let loss = reference.loss {
            return [EstimatedQuality.absoluteError(foreseen: self.foreseen, deviation: loss.deviation)]
                .compactMap(\.self)
        }
        guard let calibration = reference.calibration, let scores = self.data.prediction.sketch else { return [] }
        return EstimatedQuality.classification(
            scores: EmpiricalDistribution(scores),
            calibration: calibration,
            threshold: threshold ?? 0.5
        )
    }
}
