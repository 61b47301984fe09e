package import MartletStatistics

/// What the data say of one metric, at every look validly.
package struct MetricEvidence: Sendable, Hashable, Codable {
    package var name: String
    package var role: MetricDefinition.Role
    /// The figure of control; `nil` without data.
    package var control: Double?
    /// The figure of treatment.
    package var treatment: Double?
    /// How much better the treatment is, as a share of control; negative when it is worse.
    package var improvement: Double?
    /// Where the improvement lies, over all looks together; `nil` before the first look that bounds can be trusted at.
    package var interval: ConfidenceInterval?
    /// The always-valid p-value against no difference.
    package var pValue: Double
    /// The same, corrected for the other metrics of its role.
    package var adjustedPValue: Double
    /// The units in all at which the interval would leave 0, if things go on as they are.
    package var unitsNeeded: Int?

    /// Whether the treatment is proven to be better.
    package var isBetter: Bool { self.interval?.isAbove(0) ?? false }
    /// Whether the treatment is proven to be worse.
    package var isWorse: Bool { self.interval?.isBelow(0) ?? false }
}

extension MetricEvidence {
    /// Weighs `metric` in `reading`.
    ///
    /// `sequence` holds alpha and tuning; the improvement is that of a relative lift, turned around for a metric that
    /// shall fall. A metric that is 0 on one side is compared by its difference, as a share of control.
    init(_ metric: MetricDefinition, in reading: ExperimentReading, _ sequence: ConfidenceSequence) {
        let control = reading.variants[ExperimentReading.control]?.metrics[metric.name]
        let treatment = reading.variants[ExperimentReading.treatment]?.metrics[metric.name]
        self.init(
            name: metric.name,
            role: metric.role,
            control: control?.value,
            treatment: treatment?.value,
            pValue: 1,
            adjustedPValue: 1
        )
        guard let control, let treatment else { return }
        let isUp = metric.direction == .increase
        if let lift = Self.lift(metric.kind, control, treatment) {
            self.improvement = isUp ? lift.value : -lift.value
            self.interval = sequence.interval(for: lift).map { isUp ? $0 : $0.turned }
            self.pValue = sequence.pValue(for: lift)
            self.unitsNeeded = sequence.countToExclude(0, from: lift.logRatio)
        } else if let difference = Self.difference(metric.kind, control, treatment) {
            let scale = abs(control.value ?? 0)
            if scale > 0 { self.improvement = (isUp ? 1 : -1) * difference.value / scale }
            let bounds = sequence.interval(for: difference)
            self.interval = bounds.map { (isUp ? $0 : $0.turned).scaled(by: scale > 0 ? scale : 1) }
            self.pValue = sequence.pValue(for: difference)
            self.unitsNeeded = sequence.countToExclude(0, from: difference)
        }
        self.adjustedPValue = self.pValue
    }

    /// Weighs the paired differences in loss; better is a smaller loss.
    init(paired losses: MetricReading?, name: String, _ sequence: ConfidenceSequence) {
        self.init(name: name, role: .primary, pValue: 1, adjustedPValue: 1)
        guard let losses, losses.count > 0 else { return }
        let scale = losses.denominator?.mean ?? 0
        if scale > 0 { (self.control, self.treatment) = (scale, scale - losses.mean) }
        guard let estimate = EffectEstimate.mean(losses.moments) else { return }
        if scale > 0 { self.improvement = estimate.value / scale }
        self.interval = sequence.interval(for: estimate).map { $0.scaled(by: scale > 0 ? scale : 1) }
        self.pValue = sequence.pValue(for: estimate)
        self.adjustedPValue = self.pValue
        self.unitsNeeded = sequence.countToExclude(0, from: estimate)
    }

    private static func lift(
        _ kind: MetricDefinition.Kind,
        _ control: MetricReading,
        _ treatment: MetricReading
    ) -> RelativeLift? {
        switch kind {
        case .conversion: return RelativeLift(control: control.bernoulli, treatment: treatment.bernoulli)
        case .mean: return RelativeLift(control: control.moments, treatment: treatment.moments)
        case .ratio:
            guard let first = control.pairs, let second = treatment.pairs else { return nil }
            return RelativeLift(control: first, treatment: second)
        }
    }

    private static func difference(
        _ kind: MetricDefinition.Kind,
        _ control: MetricReading,
        _ treatment: MetricReading
    ) -> EffectEstimate? {
        switch kind {
        case .conversion: return .difference(control: control.bernoulli, treatment: treatment.bernoulli)
        case .mean: return .difference(control: control.moments, treatment: treatment.moments)
        case .ratio:
            guard let first = control.pairs, let second = treatment.pairs else { return nil }
            return .ratioDifference(control: first, treatment: second)
        }
    }
}

extension ConfidenceInterval {
    /// The interval of the negated value.
    var turned: ConfidenceInterval {
        ConfidenceInterval(lower: self.upper.map { -$0 }, upper: self.lower.map { -$0 })
    }

    /// Both ends over a positive `scale`.
    func scaled(by scale: Double) -> ConfidenceInterval {
        ConfidenceInterval(lower: self.lower.map { $0 / scale }, upper: self.upper.map { $0 / scale })
    }
}
