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
    /// Why.
    package var remarks: [Remark]
    /// The metrics, the primary first.
    package var evidence: [MetricEvidence]
    /// The always-valid p-value against the planned split; `nil` without units, or when both score every request.
    package var splitPValue: Double?
    /// The least relative effect that the longest duration finds at the present rate of units, with the plan's power.
    package var detectableEffect: Double?
    /// How many days more the primary metric needs, if things go on as they are.
    package var daysLeft: Double?

    /// Sentences a person reads.
    package var reasons: [String] { self.remarks.map(\.text) }
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
        return Ruling(assessment.verdict.rawValue, assessment.remarks)
    }

    /// Decides, with all figures.
    package static func assess(_ inputs: Inputs) -> ExperimentAssessment {
        let plan = inputs.plan
        let evidence = Self.evidence(inputs)
        let split = Self.splitPValue(inputs)
        var assessment = ExperimentAssessment(
            verdict: .keepGoing,
            remarks: [],
            evidence: evidence,
            splitPValue: split
        )
        Self.forecast(&assessment, inputs)
        (assessment.verdict, assessment.remarks) = Self.verdict(inputs, evidence, split, daysLeft: assessment.daysLeft)
        if !assessment.verdict.isFinal, plan.isPaired, inputs.reading.pairedLoss == nil {
            let text: Remark.Text = "No outcome of a request that both versions scored has arrived yet."
            assessment.remarks.append(Remark("test.noPairs", text))
        }
        return assessment
    }

    private static func verdict(
        _ inputs: Inputs,
        _ evidence: [MetricEvidence],
        _ split: Double?,
        daysLeft: Double?
    ) -> (ExperimentVerdict, [Remark]) {
        let plan = inputs.plan
        if let reason = inputs.reading.variants[ExperimentReading.treatment]?.takenOut {
            return (.fault, [Remark("test.takenOut", "The gateway took the treatment out: \(reason)")])
        }
        for guardrail in evidence where guardrail.role == .guardrail && guardrail.isWorse {
            let found = EvidenceText.remark(guardrail)
            return (.guardrail, [Remark("test.guardrail", "The guardrail is broken. \(found)")])
        }
        let isOver = inputs.elapsed >= plan.durationMaximum
        if let split, split < plan.splitAlpha {
            let (pValue, alpha) = (EvidenceText.probability(split), EvidenceText.probability(plan.splitAlpha))
            let remark = Remark(
                "test.split",
                """
                Units do not arrive as they were split (p = \(pValue), below \(alpha)), so no comparison can be trusted; \
                find out why.
                """
            )
            return (isOver ? .inconclusive : .blocked, [remark])
        }
        guard let primary = evidence.first(where: { $0.role == .primary }) else {
            return (isOver ? .inconclusive : .keepGoing, [Remark("test.noPrimary", "There is no primary metric.")])
        }
        let found = EvidenceText.remark(primary)
        if inputs.elapsed < plan.durationMinimum {
            let text: Remark.Text = "The least duration of \(plan.durationMinimum) is not over."
            return (.keepGoing, [Remark("test.early", text), found])
        }
        if primary.isWorse { return (.rejected, [Remark("test.worse", "The treatment is worse."), found]) }
        let (verdict, remark) = Self.verdict(on: primary, plan, isOver: isOver, daysLeft: daysLeft)
        return (verdict, [remark, found])
    }

    /// What a primary metric that is not proven worse comes to after the least duration.
    private static func verdict(
        on primary: MetricEvidence,
        _ plan: ExperimentPlan,
        isOver: Bool,
        daysLeft: Double?
    ) -> (ExperimentVerdict, Remark) {
        if primary.isBetter {
            let limit = EvidenceText.percent(plan.improvementMinimum)
            guard let improvement = primary.improvement else {
                let text: Remark.Text = "The treatment is better, by an unknown share; it is held for review."
                return (.hold, Remark("test.betterUnknown", text))
            }
            if improvement <= plan.improvementMinimum {
                let text: Remark.Text = "The treatment is better, but by no more than \(limit); it is held for review."
                return (.hold, Remark("test.betterTooLittle", text))
            }
            return (
                plan.onSuccess == .promote ? .promote : .ask,
                Remark("test.better", "The treatment is better by more than \(limit).")
            )
        }
        if isOver {
            let text: Remark.Text = "Nothing is proven after the longest duration of \(plan.durationMaximum)."
            return (.inconclusive, Remark("test.unproven", text))
        }
        if primary.oneLook != nil {
            let text: Remark.Text =
                "\(primary.name) is judged once, after the longest duration of \(plan.durationMaximum)."
            return (.extended, Remark("test.judgedOnce", text))
        }
        guard let daysLeft else {
            return (.extended, Remark("test.goesOn", "Nothing is proven yet, so the experiment goes on."))
        }
        let more = EvidenceText.duration(days: daysLeft)
        return (
            .extended,
            Remark(
                "test.goesOnFor",
                """
                Nothing is proven yet, so the experiment goes on. About \(more) more would prove it at this rate.
                """
            )
        )
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
