import MartletStatistics

/// A metric of control and treatment, with what was known before taken out where that is known.
struct ComparedSides {
    private let kind: MetricDefinition.Kind
    private let readings: (control: MetricReading, treatment: MetricReading)
    /// What took the covariate out; `nil` when there is none, or it explains nothing.
    let adjustment: CovariateAdjustment?

    init(_ kind: MetricDefinition.Kind, _ control: MetricReading, _ treatment: MetricReading) {
        self.kind = kind
        self.readings = (control, treatment)
        guard let first = control.covariate?.pairs, let second = treatment.covariate?.pairs,
            control.denominator == nil,
            let adjustment = CovariateAdjustment(
                control: .init(all: control.moments, covered: first),
                treatment: .init(all: treatment.moments, covered: second)
            ), adjustment.varianceReduction > 0
        else {
            self.adjustment = nil
            return
        }
        self.adjustment = adjustment
    }

    /// The units of control, adjusted.
    var control: SampleMoments { self.adjustment?.control ?? self.readings.control.moments }
    /// The units of treatment, adjusted.
    var treatment: SampleMoments { self.adjustment?.treatment ?? self.readings.treatment.moments }

    /// How much greater treatment is, as a share of control; `nil` where that says nothing.
    var lift: RelativeLift? {
        let (control, treatment) = self.readings
        if let adjustment = self.adjustment {
            return RelativeLift(
                control: adjustment.control,
                treatment: adjustment.treatment,
                smallestGroup: self.smallestGroup
            )
        }
        switch self.kind {
        case .conversion: return RelativeLift(control: control.bernoulli, treatment: treatment.bernoulli)
        case .mean: return RelativeLift(control: control.moments, treatment: treatment.moments)
        case .ratio:
            guard let first = control.pairs, let second = treatment.pairs else { return nil }
            return RelativeLift(control: first, treatment: second)
        }
    }

    /// Treatment less control.
    var difference: EffectEstimate? {
        let (control, treatment) = self.readings
        if let adjustment = self.adjustment {
            return .difference(
                control: adjustment.control,
                treatment: adjustment.treatment,
                smallestGroup: self.smallestGroup
            )
        }
        switch self.kind {
        case .conversion: return .difference(control: control.bernoulli, treatment: treatment.bernoulli)
        case .mean: return .difference(control: control.moments, treatment: treatment.moments)
        case .ratio:
            guard let first = control.pairs, let second = treatment.pairs else { return nil }
            return .ratioDifference(control: first, treatment: second)
        }
    }

    /// What the comparison rests on: of a conversion the rarer outcome, as without a covariate.
    private var smallestGroup: Int {
        guard case .conversion = self.kind else { return .max }
        let counts = [self.readings.control.bernoulli, self.readings.treatment.bernoulli]
        return counts.map { min($0.successes, $0.failures) }.min() ?? 0
    }
}
