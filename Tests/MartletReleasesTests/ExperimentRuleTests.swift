import Foundation
import MartletCore
import MartletReleases
import MartletStatistics
import MartletTesting
import MartletTracking
import Testing

struct ExperimentRuleTests {
    /// A reading of conversion rates, 90/10.
    private static func reading(
        control: (Int, Int),
        treatment: (Int, Int),
        guardrail: ((Int, Int), (Int, Int))? = nil
    ) -> ExperimentReading {
        func variant(_ count: (Int, Int), _ guardrail: (Int, Int)?) -> VariantReading {
            var metrics: [String: MetricReading] = [
                "contract_rate": .rate(BernoulliCount(trials: count.0, successes: count.1))
            ]
            if let guardrail {
                metrics["complaints"] = .rate(BernoulliCount(trials: guardrail.0, successes: guardrail.1))
            }
            return VariantReading(units: count.0, metrics: metrics)
        }
        return ExperimentReading(variants: [
            "control": variant(control, guardrail?.0), "treatment": variant(treatment, guardrail?.1),
        ])
    }

    private static func assess(
        _ reading: ExperimentReading,
        days: Int64,
        _ change: (inout ExperimentPlan) -> Void = { _ in }
    ) -> ExperimentAssessment {
        var plan = ExperimentPlan()
        plan.metrics = [
            MetricDefinition(name: "contract_rate", role: .primary, kind: .conversion(of: "contract")),
            MetricDefinition(
                name: "complaints",
                role: .guardrail,
                direction: .decrease,
                kind: .conversion(of: "complaint")
            ),
        ]
        change(&plan)
        return ExperimentRule.assess(.init(plan: plan, reading: reading, elapsed: .days(days)))
    }

    @Test func `a clear win is asked about or promoted, as the plan says, and not before a week`() {
        let reading = Self.reading(control: (90_000, 9_000), treatment: (10_000, 1_300))
        #expect(Self.assess(reading, days: 6).verdict == .keepGoing)
        #expect(Self.assess(reading, days: 7).verdict == .ask)
        let promoted = Self.assess(reading, days: 7) { $0.onSuccess = .promote }
        #expect(promoted.verdict == .promote)
        #expect(promoted.reasons.first == "The treatment is better by more than 5 %.")
        #expect(promoted.evidence.first?.isBetter == true)
    }

    @Test func `a win of at most the least improvement is held for review`() {
        let reading = Self.reading(control: (9_000_000, 900_000), treatment: (1_000_000, 104_000))
        let assessment = Self.assess(reading, days: 7) { $0.onSuccess = .promote }
        #expect(assessment.verdict == .hold)
        #expect(abs((assessment.evidence.first?.improvement ?? 0) - 0.04) < 1e-9)
    }

    @Test func `a proven loss is rejected`() {
        let reading = Self.reading(control: (90_000, 9_000), treatment: (10_000, 700))
        #expect(Self.assess(reading, days: 7).verdict == .rejected)
    }

    @Test func `what is not proven is extended to the second week, and then ends`() {
        let reading = Self.reading(control: (9_000, 900), treatment: (1_000, 105))
        #expect(Self.assess(reading, days: 7).verdict == .extended)
        #expect(Self.assess(reading, days: 14).verdict == .inconclusive)
    }

    @Test func `a wrong split blocks every verdict`() {
        let reading = Self.reading(control: (90_000, 9_000), treatment: (9_000, 1_300))
        let assessment = Self.assess(reading, days: 7)
        #expect(assessment.verdict == .blocked)
        #expect((assessment.splitPValue ?? 1) < 0.001)
        #expect(Self.assess(reading, days: 14).verdict == .inconclusive)
    }

    @Test func `a broken guardrail stops the experiment on the first day`() {
        let reading = Self.reading(
            control: (90_000, 9_000),
            treatment: (10_000, 1_300),
            guardrail: ((90_000, 900), (10_000, 300))
        )
        #expect(Self.assess(reading, days: 1).verdict == .guardrail)
    }

    @Test func `a treatment that was taken out ends the experiment, whatever the figures`() {
        var reading = Self.reading(control: (90_000, 9_000), treatment: (10_000, 1_300))
        reading.variants["treatment"]?.takenOut = "30 of 40 requests failed."
        let assessment = Self.assess(reading, days: 8)
        #expect(assessment.verdict == .fault)
        #expect(assessment.reasons == ["The gateway took the treatment out: 30 of 40 requests failed."])
    }

    @Test func `no data is no verdict`() {
        let assessment = Self.assess(ExperimentReading(variants: [:]), days: 8)
        #expect(assessment.verdict == .extended)
        #expect(assessment.reasons.contains("There are no data of contract_rate yet."))
        #expect(Self.assess(ExperimentReading(variants: [:]), days: 14).verdict == .inconclusive)
    }

    @Test func `paired losses decide in place of the primary metric`() {
        var random = SplitMix64(seed: 5)
        var losses = PairMoments()
        for _ in 0..<2_000 {
            let control = Double.random(in: 1...3, using: &random)
            losses.add(control, control * 0.8 + Double.random(in: -0.2...0.2, using: &random))
        }
        let reading = ExperimentReading(variants: [:], pairedLoss: .paired(losses))
        let assessment = Self.assess(reading, days: 7) { $0.isPaired = true }
        #expect(assessment.verdict == .ask)
        #expect(abs((assessment.evidence.first?.improvement ?? 0) - 0.2) < 0.02)
    }

    @Test func `looking every hundred units, at most alpha of equal versions are told apart`() {
        var random = SplitMix64(seed: 11)
        var wrong = 0
        for _ in 0..<120 {
            var control = BernoulliCount()
            var treatment = BernoulliCount()
            var isWrong = false
            for index in 1...6_000 where !isWrong {
                let isTreated = Int.random(in: 0..<10, using: &random) == 0
                let converts = Double.random(in: 0..<1, using: &random) < 0.2
                if isTreated { treatment.add(converts) } else { control.add(converts) }
                guard index.isMultiple(of: 100) else { continue }
                let variants = [
                    "control": VariantReading(units: control.trials, metrics: ["contract_rate": .rate(control)]),
                    "treatment": VariantReading(units: treatment.trials, metrics: ["contract_rate": .rate(treatment)]),
                ]
                let verdict = Self.assess(ExperimentReading(variants: variants), days: 7).verdict
                isWrong = verdict != .extended
            }
            if isWrong { wrong += 1 }
        }
        // 5 % of 120 are 6; 14 would be seen once in a thousand such tests at most.
        #expect(wrong < 14)
    }

    @Test func `a decision comes out again from its record`() throws {
        let reading = Self.reading(control: (90_000, 9_000), treatment: (10_000, 1_300))
        let inputs = ExperimentRule.Inputs(plan: ExperimentPlan(), reading: reading, elapsed: .days(7))
        let record = try ExperimentRule.record(inputs, about: "experiment:e1", at: EventTime(microseconds: 5))
        #expect(record.inputsHash == ContentHash(of: record.inputs.canonicalText))
        #expect(try ExperimentRule.inputs(of: record) == inputs)
        #expect(try DecisionReplay.check(record) == nil)
        var changed = record
        changed.verdict = "rejected"
        #expect(try DecisionReplay.check(changed)?.contains("'ask'") == true)
        changed = record
        changed.inputs = .object([:])
        #expect(try DecisionReplay.check(changed)?.contains("hash") == true)
    }
}
