import MartletCore
import MartletReleases
import MartletStatistics
import MartletTesting
import MartletTracking
import Testing

/// What is known of units before their variant matters: counted, taken out, and judged.
struct CovariateTests {
    private static let start = EventTime(microseconds: 1_700_000_000_000_000)

    private static let metrics = [
        MetricDefinition(
            name: "amount",
            role: .primary,
            kind: .mean(of: MetricTerm(event: "contract", value: .amount)),
            window: .seconds(100),
            test: .mannWhitney
        ),
        MetricDefinition(name: "rate", role: .secondary, kind: .conversion(of: "contract"), window: .seconds(50)),
    ]

    /// A unit's first request at `at`, then what it did.
    private struct Unit {
        let name: String
        let variant: String
        let at: Int64
        let events: [(at: Int64, amount: Double)]
        let baseline: Double?
    }

    private static func units(using random: inout SplitMix64) -> [Unit] {
        (0..<200)
            .map { number in
                Unit(
                    name: "u\(number)",
                    variant: Bool.random(using: &random) ? "control" : "treatment",
                    at: Int64.random(in: 100..<300, using: &random),
                    events: (0..<Int.random(in: 0..<6, using: &random))
                        .map { _ in
                            (Int64.random(in: 0..<500, using: &random), Double(Int.random(in: 1..<9, using: &random)))
                        },
                    baseline: Int.random(in: 0..<5, using: &random) == 0 ? nil : Double(number % 17)
                )
            }
    }

    private static func exposure(_ unit: Unit, _ variant: String, after seconds: Int64, _ value: Double?) -> Exposure {
        Exposure(
            requestID: "\(unit.name)-\(seconds)",
            at: Self.start + .seconds(seconds),
            variant: variant,
            unit: unit.name,
            prediction: value,
            isShadow: variant == "baseline"
        )
    }

    /// What the units leave, in any order.
    private static func reading(
        of units: [Unit],
        _ reduction: VarianceReduction,
        using random: inout SplitMix64
    ) -> ExperimentReading {
        var observed = ExperimentObservations(
            variants: ["control", "treatment"],
            metrics: Self.metrics,
            from: Self.start,
            reducing: reduction
        )
        var steps: [(Exposure?, Interaction?)] = []
        for unit in units {
            // A second request, which exposes nobody anew, and whose baseline is of no account.
            for (seconds, baseline) in [(unit.at, unit.baseline), (unit.at + 7, 99)] {
                steps.append((Self.exposure(unit, unit.variant, after: seconds, 1), nil))
                if let baseline { steps.append((Self.exposure(unit, "baseline", after: seconds, baseline), nil)) }
            }
            for (index, event) in unit.events.enumerated() {
                let interaction = Interaction(
                    id: "\(unit.name)-\(index)",
                    at: Self.start + .seconds(event.at),
                    kind: "contract",
                    unit: unit.name,
                    amount: event.amount,
                    endpoint: "price"
                )
                steps.append((nil, interaction))
            }
        }
        steps.shuffle(using: &random)
        for (exposure, event) in steps {
            if let exposure { observed.add(exposure) }
            if let event { observed.add(event) }
        }
        return observed.reading
    }

    private static func sum(_ unit: Unit, _ range: ClosedRange<Int64>) -> Double {
        unit.events.filter { range.contains($0.at) }.reduce(0) { $0 + $1.amount }
    }

    @Test(arguments: [VarianceReduction.prePeriod, .prediction])
    func `the covariate is that of the first request, in whatever order things arrive`(
        reduction: VarianceReduction
    ) throws {
        var random = SplitMix64(seed: 17)
        let units = Self.units(using: &random)
        for _ in 0..<3 {
            let reading = Self.reading(of: units, reduction, using: &random)
            for variant in ["control", "treatment"] {
                let mine = units.filter { $0.variant == variant }
                let pairs = mine.compactMap { unit -> (Double, Double)? in
                    let before = Self.sum(unit, max(0, unit.at - 100)...(unit.at - 1))
                    guard let covariate = reduction == .prePeriod ? before : unit.baseline else { return nil }
                    return (Self.sum(unit, unit.at...(unit.at + 100)), covariate)
                }
                let expected = MetricReading.Covariate(PairMoments(pairs))
                let found = try #require(reading.variants[variant]?.metrics["amount"]?.covariate)
                #expect(found.count == expected.count)
                #expect(abs(found.mean - expected.mean) < 1e-9 && abs(found.m2 - expected.m2) < 1e-6)
                #expect(abs(found.metricMean - expected.metricMean) < 1e-9)
                #expect(abs(found.comoment - expected.comoment) < 1e-6)
                #expect(reading.variants[variant]?.units == mine.count)
            }
        }
    }

    @Test func `ranks of a reading are those of the units' values`() throws {
        var random = SplitMix64(seed: 23)
        let units = Self.units(using: &random)
        let reading = Self.reading(of: units, .none, using: &random)
        #expect(reading.variants["control"]?.metrics["amount"]?.covariate == nil)
        func values(_ variant: String) -> [Double] {
            units.filter { $0.variant == variant }.map { Self.sum($0, $0.at...($0.at + 100)) }
        }
        let ranks = try #require(reading.ranks?["amount"])
        let expected = try #require(MannWhitneyTest.compare(control: values("control"), treatment: values("treatment")))
        #expect(MannWhitneyTest.compare(ranks) == expected)
        #expect(reading.ranks?.count == 1)
    }

    /// Two sides of `count` units whose metric is their covariate, some noise, and for the treatment an effect.
    private static func sides(
        _ count: Int,
        effect: Double,
        using random: inout SplitMix64
    ) -> ExperimentReading {
        var variants: [String: VariantReading] = [:]
        for (name, effect) in [("control", 0.0), ("treatment", effect)] {
            let pairs = (0..<count)
                .map { _ -> (Double, Double) in
                    let before = Double.random(in: 0..<10, using: &random)
                    return (before + effect + Double.random(in: -1..<1, using: &random), before)
                }
            var metric = MetricReading.mean(PairMoments(pairs).first)
            metric.covariate = MetricReading.Covariate(PairMoments(pairs))
            variants[name] = VariantReading(units: count, metrics: ["amount": metric])
        }
        return ExperimentReading(variants: variants)
    }

    private static func plan(_ test: MetricTest? = nil) -> ExperimentPlan {
        var metric = Self.metrics[0]
        metric.test = test
        return ExperimentPlan(treatmentWeight: 5_000, metrics: [metric], varianceReduction: .prePeriod)
    }

    @Test func `a covariate proves what the plain metric cannot, and the record says so and replays`() throws {
        var random = SplitMix64(seed: 29)
        let reading = Self.sides(1_000, effect: 0.3, using: &random)
        var plain = reading
        for name in ["control", "treatment"] { plain.variants[name]?.metrics["amount"]?.covariate = nil }
        let without = ExperimentRule.assess(.init(plan: Self.plan(), reading: plain, elapsed: .days(7)))
        #expect(without.verdict == .extended)
        #expect(without.evidence.first?.varianceReduction == nil)
        let inputs = ExperimentRule.Inputs(plan: Self.plan(), reading: reading, elapsed: .days(7))
        let assessment = ExperimentRule.assess(inputs)
        #expect(assessment.verdict == .ask)
        let evidence = try #require(assessment.evidence.first)
        #expect((evidence.varianceReduction ?? 0) > 0.9)
        #expect(abs((evidence.improvement ?? 0) - 0.06) < 0.01)
        #expect(assessment.reasons.last?.contains("of the variance known before") == true)
        let record = try ExperimentRule.record(inputs, about: "experiment:e1", at: Self.start)
        #expect(try ExperimentRule.inputs(of: record) == inputs)
        #expect(try DecisionReplay.check(record) == nil)
    }

    @Test func `with a covariate, looking often tells equal versions apart no more often than alpha`() {
        var random = SplitMix64(seed: 31)
        var wrong = 0
        for _ in 0..<150 {
            var sums = [PairMoments(), PairMoments()]
            var isWrong = false
            for index in 1...3_000 where !isWrong {
                let before = Double.random(in: 0..<1, using: &random) < 0.2 ? Double(index % 40) : 0
                let value = Double.random(in: 0..<1, using: &random) < 0.3 ? before + 5 : 0
                sums[Int.random(in: 0..<10, using: &random) == 0 ? 1 : 0].add(value, before)
                guard index.isMultiple(of: 50) else { continue }
                var variants: [String: VariantReading] = [:]
                for (name, sum) in zip(["control", "treatment"], sums) {
                    var metric = MetricReading.mean(sum.first)
                    metric.covariate = MetricReading.Covariate(sum)
                    variants[name] = VariantReading(units: sum.count, metrics: ["amount": metric])
                }
                var plan = Self.plan()
                plan.treatmentWeight = 1_000
                let reading = ExperimentReading(variants: variants)
                let verdict = ExperimentRule.assess(.init(plan: plan, reading: reading, elapsed: .days(7))).verdict
                isWrong = verdict != .extended
            }
            if isWrong { wrong += 1 }
        }
        // 5 % of 150 are 7.5; 17 would be seen once in a thousand such tests at most.
        #expect(wrong < 17)
    }

    @Test(arguments: [MetricTest.welch, .mannWhitney])
    func `a test of one look judges at the end only`(test: MetricTest) throws {
        var random = SplitMix64(seed: 37)
        var reading = Self.sides(400, effect: 2, using: &random)
        var counts: [Double: RankSums.Count] = [:]
        for index in 0..<400 {
            counts[Double(index), default: .init()].control += 1
            counts[Double(index) + 90, default: .init()].treatment += 1
        }
        reading.ranks = ["amount": RankSums(counts)]
        let plan = Self.plan(test)
        let early = ExperimentRule.assess(.init(plan: plan, reading: reading, elapsed: .days(13)))
        #expect(early.verdict == .extended)
        #expect(early.reasons.first?.contains("judged once") == true)
        #expect(early.evidence.first?.isBetter == false)
        let late = ExperimentRule.assess(.init(plan: plan, reading: reading, elapsed: .days(14)))
        #expect(late.verdict == .ask)
        #expect(late.evidence.first?.oneLook?.test == test)
        var falling = plan
        falling.metrics[0].direction = .decrease
        #expect(ExperimentRule.assess(.init(plan: falling, reading: reading, elapsed: .days(14))).verdict == .rejected)
        let equal = Self.sides(400, effect: 0, using: &random)
        let open = ExperimentRule.assess(.init(plan: Self.plan(.welch), reading: equal, elapsed: .days(14)))
        #expect(open.verdict == .inconclusive)
    }

    @Test func `a plan refuses tests and covariates where they mean nothing`() {
        func faults(_ experiment: String) -> String {
            let context = DocumentContext()
            let yaml = "name: a\nendpoint: e\nexperiment:\n" + experiment
            _ = Document.parse(yaml: yaml, file: "releases/a.yaml", in: context)
                .map { ReleasePlan.read($0, in: context) }
            return context.diagnostics.map(\.description).joined(separator: "\n")
        }
        #expect(
            faults("  paired: true\n  variance_reduction: cuped_prediction\n").contains("paired requests need none")
        )
        #expect(faults("  variance_reduction: cuped\n").contains("cuped_pre_period"))
        let metric = "  metrics:\n  - {name: a, role: primary, conversion: x}\n"
        #expect(
            faults(metric + "  - {name: b, role: guardrail, test: welch, conversion: y}\n").contains("guardrail 'b'")
        )
        #expect(
            faults(metric + "  - {name: b, role: secondary, test: welch, ratio: {of: {event: y}, to: {event: z}}}\n")
                .contains("'b' is a ratio")
        )
        #expect(faults(metric + "  - {name: b, role: secondary, test: mann_whitney, mean: {event: y}}\n").isEmpty)
    }
}
