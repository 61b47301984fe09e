package import MartletCore
import MartletStatistics

/// What an experiment comes to at one look.
package enum ExperimentVerdict: String, Sendable, Hashable, Codable, CaseIterable {
    /// Go on: the least duration is not over.
    case keepGoing = "continue"
    /// Go on beyond the least duration: nothing is proven yet.
    case extended
    /// No verdict is possible: units do not arrive as they were split.
    case blocked
    /// Won, by more than the least improvement; a release starts.
    case promote
    /// Won, by more than the least improvement; a person is asked.
    case ask
    /// Won, but by too little; a person looks at it.
    case hold
    /// Proven to be worse.
    case rejected
    /// A guardrail is proven to be worse.
    case guardrail
    /// The gateway took the treatment out.
    case fault
    /// The end of the longest duration, and nothing is proven.
    case inconclusive

    /// Whether the experiment ends with it.
    package var isFinal: Bool {
        switch self {
        case .keepGoing, .extended, .blocked, .ask, .hold: false
        case .promote, .rejected, .guardrail, .fault, .inconclusive: true
        }
    }
}

/// What is known and decided at one look.
package struct ExperimentAssessment: Sendable, Hashable {
    package var verdict: ExperimentVerdict
    package var reasons: [String]
    /// The metrics, the primary first.
    package var evidence: [MetricEvidence]
    /// The always-valid p-value against the planned split; `nil` without units, or when both score every request.
    package var splitPValue: Double?
    /// The least relative effect that the longest duration finds at the present rate of units, with the plan's power.
    package var detectableEffect: Double?
    /// How many days more the primary metric needs, if things go on as they are.
    package var daysLeft: Double?
}

/// Decides what an experiment comes to, with bounds that may be looked at at any time.
///
/// In this order: a treatment that was taken out, a broken guardrail, a wrong split, the least duration, the primary
/// metric, the longest duration.
package enum ExperimentRule: DecisionRule {
    /// All that is looked at.
    package struct Inputs: Sendable, Hashable, Codable {
        package var plan: ExperimentPlan
        package var reading: ExperimentReading
        package var elapsed: TimeSpan

        /// Looks at `reading`, `elapsed` after the start.
        package init(plan: ExperimentPlan, reading: ExperimentReading, elapsed: TimeSpan) {
            self.plan = plan
            self.reading = reading
            self.elapsed = elapsed
        }
    }

    package static let rule = DecisionRecord.Rule("experiment", 1)

    package static func decide(_ inputs: Inputs) -> Ruling {
        let assessment = Self.assess(inputs)
        return Ruling(assessment.verdict.rawValue, assessment.reasons)
    }

    /// Decides, with all figures.
    package static func assess(_ inputs: Inputs) -> ExperimentAssessment {
        let plan = inputs.plan
        let evidence = Self.evidence(inputs)
        let split = Self.splitPValue(inputs)
        var assessment = ExperimentAssessment(
            verdict: .keepGoing,
            reasons: [],
            evidence: evidence,
            splitPValue: split
        )
        Self.forecast(&assessment, inputs)
        (assessment.verdict, assessment.reasons) = Self.verdict(inputs, evidence, split, daysLeft: assessment.daysLeft)
        if !assessment.verdict.isFinal, plan.isPaired, inputs.reading.pairedLoss == nil {
            assessment.reasons.append("No outcome of a request that both versions scored has arrived yet.")
        }
        return assessment
    }

    private static func verdict(
        _ inputs: Inputs,
        _ evidence: [MetricEvidence],
        _ split: Double?,
        daysLeft: Double?
    ) -> (ExperimentVerdict, [String]) {
        let plan = inputs.plan
        if let reason = inputs.reading.variants[ExperimentReading.treatment]?.takenOut {
            return (.fault, ["The gateway took the treatment out: \(reason)"])
        }
        for guardrail in evidence where guardrail.role == .guardrail && guardrail.isWorse {
            return (.guardrail, ["The guardrail is broken. " + EvidenceText.sentence(guardrail)])
        }
        let isOver = inputs.elapsed >= plan.durationMaximum
        if let split, split < plan.splitAlpha {
            let text =
                "Units do not arrive as they were split (p = \(EvidenceText.probability(split)), below "
                + "\(EvidenceText.probability(plan.splitAlpha))), so no comparison can be trusted; find out why."
            return (isOver ? .inconclusive : .blocked, [text])
        }
        guard let primary = evidence.first(where: { $0.role == .primary }) else {
            return (isOver ? .inconclusive : .keepGoing, ["There is no primary metric."])
        }
        let found = EvidenceText.sentence(primary)
        if inputs.elapsed < plan.durationMinimum {
            return (.keepGoing, ["The least duration of \(plan.durationMinimum) is not over.", found])
        }
        if primary.isWorse { return (.rejected, ["The treatment is worse.", found]) }
        if primary.isBetter {
            let limit = EvidenceText.percent(plan.improvementMinimum)
            guard let improvement = primary.improvement else {
                return (.hold, ["The treatment is better, by an unknown share; it is held for review.", found])
            }
            if improvement <= plan.improvementMinimum {
                return (
                    .hold, ["The treatment is better, but by no more than \(limit); it is held for review.", found]
                )
            }
            return (
                plan.onSuccess == .promote ? .promote : .ask,
                ["The treatment is better by more than \(limit).", found]
            )
        }
        if isOver {
            return (.inconclusive, ["Nothing is proven after the longest duration of \(plan.durationMaximum).", found])
        }
        if primary.oneLook != nil {
            let reason = "\(primary.name) is judged once, after the longest duration of \(plan.durationMaximum)."
            return (.extended, [reason, found])
        }
        let forecast =
            daysLeft.map { " About \(EvidenceText.duration(days: $0)) more would prove it at this rate." } ?? ""
        return (.extended, ["Nothing is proven yet, so the experiment goes on.\(forecast)", found])
    }

    private static func evidence(_ inputs: Inputs) -> [MetricEvidence] {
        let plan = inputs.plan
        let sequence = ConfidenceSequence(alpha: plan.alpha, expectedCount: plan.tunedUnits)
        let guardrails = plan.metrics.count { $0.role == .guardrail }
        let guarding = ConfidenceSequence(
            alpha: plan.alpha / Double(max(guardrails, 1)),
            expectedCount: plan.tunedUnits
        )
        var evidence = plan.metrics.map { metric in
            if metric.role == .primary, plan.isPaired {
                return MetricEvidence(paired: inputs.reading.pairedLoss, name: "loss", sequence)
            }
            return MetricEvidence(
                metric,
                in: inputs.reading,
                metric.role == .guardrail ? guarding : sequence,
                isLast: inputs.elapsed >= plan.durationMaximum
            )
        }
        for role in [MetricDefinition.Role.secondary, .guardrail] {
            let positions = evidence.indices.filter { evidence[$0].role == role }
            let adjusted = FamilyCorrection.holm.adjusted(positions.map { evidence[$0].pValue })
            for (position, pValue) in zip(positions, adjusted) { evidence[position].adjustedPValue = pValue }
        }
        return evidence.filter { $0.role == .primary } + evidence.filter { $0.role != .primary }
    }

    private static func splitPValue(_ inputs: Inputs) -> Double? {
        guard !inputs.plan.isPaired else { return nil }
        let treatment = inputs.plan.treatmentWeight
        let names = [ExperimentReading.control, ExperimentReading.treatment]
        let observed = names.map { inputs.reading.variants[$0]?.units ?? 0 }
        guard observed.contains(where: { $0 > 0 }) else { return nil }
        let weights = [Double(10_000 - treatment), Double(treatment)]
        return SampleRatioSequence(weights: weights).pValue(observed: observed)
    }

    private static func forecast(_ assessment: inout ExperimentAssessment, _ inputs: Inputs) {
        guard let primary = assessment.evidence.first, inputs.elapsed.microseconds > 0 else { return }
        let plan = inputs.plan
        let days = inputs.elapsed.seconds / 86_400
        let units =
            plan.isPaired
            ? inputs.reading.pairedLoss?.count ?? 0
            : inputs.reading.variants.values.reduce(0) { $0 + $1.units }
        guard units > 0 else { return }
        let perDay = Double(units) / days
        if let needed = primary.unitsNeeded {
            assessment.daysLeft = ExperimentDesign.days(count: max(needed - units, 0), unitsPerDay: perDay)
        }
        guard case .conversion? = plan.primary?.kind, !plan.isPaired, let rate = primary.control, rate > 0, rate < 1
        else { return }
        let variance = ExperimentDesign.unitVariance(
            controlRate: rate,
            treatmentRate: rate,
            treatmentShare: Double(plan.treatmentWeight) / 10_000
        )
        let design = ExperimentDesign(unitVariance: variance, alpha: plan.alpha, power: plan.power)
        let expected = Int(min(perDay * plan.durationMaximum.seconds / 86_400, 1e12))
        let sequence = ConfidenceSequence(alpha: plan.alpha, expectedCount: plan.tunedUnits)
        assessment.detectableEffect =
            design.minimumDetectableEffect(count: max(expected, 1), watchedBy: sequence) / rate
    }
}
