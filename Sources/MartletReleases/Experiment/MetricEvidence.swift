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
    /// The share of the variance that was known before the exposure and taken out; `nil` when nothing was.
    package var varianceReduction: Double?
    /// The test of one look that judges it; `nil` when the bounds do.
    package var oneLook: OneLook?

    /// What a test says that is valid once.
    package struct OneLook: Sendable, Hashable, Codable {
        package var test: MetricTest
        /// Whether the look is the one at the end, which counts.
        package var isLast: Bool
        /// Whether the treatment is proven to be better, or worse, when it is.
        package var isBetter: Bool
        package var isWorse: Bool
    }

    /// Whether the treatment is proven to be better.
    package var isBetter: Bool { self.oneLook.map { $0.isLast && $0.isBetter } ?? self.interval?.isAbove(0) ?? false }
    /// Whether the treatment is proven to be worse.
    package var isWorse: Bool { self.oneLook.map { $0.isLast && $0.isWorse } ?? self.interval?.isBelow(0) ?? false }
}

extension MetricEvidence {
    /// Weighs `metric` in `reading`.
    ///
    /// `sequence` holds alpha and tuning; the improvement is that of a relative lift, turned around for a metric that
    /// shall fall. A metric that is 0 on one side is compared by its difference, as a share of control. With a
    /// covariate, improvement and bounds are those of the adjusted metric; the figures of both sides stay as they are.
    /// A test of one look counts when `isLast`.
    init(_ metric: MetricDefinition, in reading: ExperimentReading, _ sequence: ConfidenceSequence, isLast: Bool) {
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
        let sides = ComparedSides(metric.kind, control, treatment)
        self.varianceReduction = sides.adjustment?.varianceReduction
        let isUp = metric.direction == .increase
        let scale = abs(control.value ?? 0)
        if let lift = sides.lift {
            self.improvement = isUp ? lift.value : -lift.value
            self.interval = sequence.interval(for: lift).map { isUp ? $0 : $0.turned }
            self.pValue = sequence.pValue(for: lift)
            self.unitsNeeded = sequence.countToExclude(0, from: lift.logRatio)
        } else if let difference = sides.difference {
            if scale > 0 { self.improvement = (isUp ? 1 : -1) * difference.value / scale }
            let bounds = sequence.interval(for: difference)
            self.interval = bounds.map { (isUp ? $0 : $0.turned).scaled(by: scale > 0 ? scale : 1) }
            self.pValue = sequence.pValue(for: difference)
            self.unitsNeeded = sequence.countToExclude(0, from: difference)
        }
        if let test = metric.test, test.isOfOneLook {
            self.judge(by: test, sides, reading.ranks?[metric.name], metric.direction, alpha: sequence.alpha, isLast)
        }
        self.adjustedPValue = self.pValue
    }

    /// Judges by a test of one look in place of the bounds.
    private mutating func judge(
        by test: MetricTest,
        _ sides: ComparedSides,
        _ ranks: RankSums?,
        _ direction: MetricDefinition.Direction,
        alpha: Double,
        _ isLast: Bool
    ) {
        var found: (pValue: Double, isMore: Bool)?
        (self.interval, self.unitsNeeded) = (nil, nil)
        if test == .mannWhitney {
            found = ranks.flatMap { MannWhitneyTest.compare($0) }.map { ($0.pValue, ($0.estimate ?? 0.5) > 0.5) }
        } else if let result = WelchTest.compare(control: sides.control, treatment: sides.treatment, alpha: alpha) {
            found = (result.pValue, (result.estimate ?? 0) > 0)
            if sides.control.mean > 0 {
                let interval = result.interval?.scaled(by: sides.control.mean)
                self.interval = direction == .increase ? interval : interval?.turned
            }
        }
        self.pValue = found?.pValue ?? 1
        let isProven = self.pValue < alpha
        let isUp = (found?.isMore ?? false) == (direction == .increase)
        self.oneLook = OneLook(test: test, isLast: isLast, isBetter: isProven && isUp, isWorse: isProven && !isUp)
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
