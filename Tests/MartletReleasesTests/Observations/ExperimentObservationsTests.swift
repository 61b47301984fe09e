import MartletCore
import MartletReleases
import MartletTesting
import MartletTracking
import Testing

struct ExperimentObservationsTests {
    private static let start = EventTime(microseconds: 1_700_000_000_000_000)

    private static let metrics = [
        MetricDefinition(name: "rate", role: .primary, kind: .conversion(of: "contract"), window: .seconds(100)),
        MetricDefinition(
            name: "amount",
            role: .secondary,
            kind: .mean(of: MetricTerm(event: "contract", value: .amount)),
            window: .seconds(100),
            cap: 50
        ),
        MetricDefinition(
            name: "ctr",
            role: .secondary,
            kind: .ratio(of: MetricTerm(event: "click"), to: MetricTerm(event: "impression")),
            window: .seconds(50)
        ),
    ]

    private static func observations(_ loss: PairedLoss? = nil) -> ExperimentObservations {
        ExperimentObservations(
            variants: ["control", "treatment"],
            metrics: Self.metrics,
            from: Self.start,
            until: Self.start + .seconds(1_000),
            pairedLoss: loss
        )
    }

    private static func exposure(_ request: String, _ unit: String, _ variant: String, after seconds: Int64) -> Exposure
    {
        Exposure(requestID: request, at: Self.start + .seconds(seconds), variant: variant, unit: unit)
    }

    private static func event(
        _ kind: String,
        unit: String? = nil,
        request: String? = nil,
        amount: Double? = nil,
        after seconds: Int64
    ) -> Interaction {
        Interaction(
            id: "\(kind)-\(unit ?? "")-\(request ?? "")-\(seconds)",
            at: Self.start + .seconds(seconds),
            kind: kind,
            unit: unit,
            requestID: request,
            amount: amount,
            endpoint: "price"
        )
    }

    @Test func `a unit counts once, by its first exposure, and what it did within the window`() throws {
        var observed = Self.observations()
        observed.add(Self.exposure("r1", "ada", "control", after: 10))
        observed.add(Self.exposure("r2", "ada", "treatment", after: 20))
        observed.add(Self.exposure("r3", "bob", "treatment", after: 30))
        observed.add(Self.exposure("r0", "eve", "treatment", after: -1))
        observed.add(Self.exposure("r9", "eve", "treatment", after: 1_000))
        observed.add(Self.event("contract", unit: "ada", amount: 40, after: 110))
        observed.add(Self.event("contract", unit: "ada", amount: 40, after: 50))
        observed.add(Self.event("contract", unit: "ada", amount: 7, after: 111))
        observed.add(Self.event("contract", unit: "bob", amount: 7, after: 29))
        observed.add(Self.event("share", unit: "bob", after: 31))
        let reading = observed.reading
        let control = try #require(reading.variants["control"])
        let treatment = try #require(reading.variants["treatment"])
        #expect(control.units == 1 && treatment.units == 1)
        #expect(control.metrics["rate"] == MetricReading(count: 1, mean: 1, m2: 0))
        #expect(control.metrics["amount"]?.mean == 50)
        #expect(treatment.metrics["rate"]?.mean == 0)
    }

    @Test func `an interaction of a request belongs to the request's unit, even when it is known before the request`()
        throws
    {
        var observed = Self.observations()
        observed.add(Self.event("impression", request: "r1", after: 11))
        observed.add(Self.event("click", unit: "someone", request: "r1", after: 12))
        observed.add(Self.event("impression", request: "nobody", after: 12))
        observed.add(Self.exposure("r1", "ada", "control", after: 10))
        observed.add(Self.event("impression", request: "r1", after: 13))
        let ctr = try #require(observed.reading.variants["control"]?.metrics["ctr"])
        #expect(ctr.count == 1 && ctr.mean == 1 && ctr.denominator?.mean == 2)
    }

    @Test func `shadows and substitutes expose nobody`() {
        var observed = Self.observations()
        var shadow = Self.exposure("r1", "ada", "treatment", after: 10)
        shadow.isShadow = true
        var substitute = Self.exposure("r2", "bob", "control", after: 10)
        substitute.isSubstitute = true
        observed.add(shadow)
        observed.add(substitute)
        observed.add(Self.exposure("r3", "cid", "other", after: 10))
        #expect(observed.reading.variants.values.allSatisfy { $0.units == 0 })
    }

    @Test func `whatever the order of arrival, the figures are those of a plain count over all`() throws {
        var generator = SplitMix64(seed: 3)
        var exposures: [Exposure] = []
        var events: [Interaction] = []
        for number in 0..<600 {
            let unit = "u\(Int.random(in: 0..<120, using: &generator))"
            let variant = Bool.random(using: &generator) ? "control" : "treatment"
            let second = Int64.random(in: 0..<300, using: &generator)
            exposures.append(Self.exposure("r\(number)", unit, variant, after: second))
            let kind = ["contract", "click", "impression"].randomElement(using: &generator) ?? "click"
            let after = Int64.random(in: 0..<500, using: &generator)
            let amount = Double.random(in: 0..<60, using: &generator)
            let isByUnit = Bool.random(using: &generator)
            events.append(
                Self.event(
                    kind,
                    unit: isByUnit ? "u\(Int.random(in: 0..<120, using: &generator))" : nil,
                    request: isByUnit ? nil : "r\(Int.random(in: 0..<600, using: &generator))",
                    amount: amount,
                    after: after
                )
            )
        }
        let expected = Self.plainCount(exposures, events)
        for _ in 0..<3 {
            var observed = Self.observations()
            var steps: [(Exposure?, Interaction?)] = exposures.map { ($0, nil) } + events.map { (nil, $0) }
            steps.shuffle(using: &generator)
            for (exposure, event) in steps {
                if let exposure { observed.add(exposure) }
                if let event { observed.add(event) }
            }
            for (variant, figures) in expected {
                let found = try #require(observed.reading.variants[variant])
                #expect(found.units == figures["rate"]?.count)
                for (name, figure) in figures {
                    let metric = try #require(found.metrics[name])
                    #expect(metric.count == figure.count)
                    #expect(abs(metric.mean - figure.mean) < 1e-9)
                    #expect(abs(metric.m2 - figure.m2) < 1e-6)
                    #expect(abs((metric.denominator?.mean ?? 0) - (figure.denominator?.mean ?? 0)) < 1e-9)
                    #expect(abs((metric.denominator?.comoment ?? 0) - (figure.denominator?.comoment ?? 0)) < 1e-6)
                }
            }
        }
    }

    /// The figures worked out from the definitions, with everything at hand.
    private static func plainCount(
        _ exposures: [Exposure],
        _ events: [Interaction]
    ) -> [String: [String: MetricReading]] {
        var first: [String: Exposure] = [:]
        for exposure in exposures {
            if let known = first[exposure.unit], (known.at, known.requestID) <= (exposure.at, exposure.requestID) {
                continue
            }
            first[exposure.unit] = exposure
        }
        let unitOf = Dictionary(uniqueKeysWithValues: exposures.map { ($0.requestID, $0.unit) })
        var figures: [String: [String: [(Double, Double)]]] = [:]
        for (unit, exposure) in first {
            let mine = events.filter { ($0.requestID.map { unitOf[$0] } ?? $0.unit) == unit }
            func within(_ seconds: Int64, _ kind: String) -> [Interaction] {
                mine.filter { $0.kind == kind && $0.at >= exposure.at && $0.at <= exposure.at + .seconds(seconds) }
            }
            let contracts = within(100, "contract")
            let amount = min(50, contracts.reduce(0) { $0 + ($1.amount ?? 0) })
            figures[exposure.variant, default: [:]]["rate", default: []].append((contracts.isEmpty ? 0 : 1, 0))
            figures[exposure.variant, default: [:]]["amount", default: []].append((amount, 0))
            figures[exposure.variant, default: [:]]["ctr", default: []]
                .append((Double(within(50, "click").count), Double(within(50, "impression").count)))
        }
        return figures.mapValues { metrics in
            Dictionary(uniqueKeysWithValues: metrics.map { ($0.key, Self.moments($0.value, isRatio: $0.key == "ctr")) })
        }
    }

    private static func moments(_ pairs: [(Double, Double)], isRatio: Bool) -> MetricReading {
        let count = Double(pairs.count)
        let above = pairs.reduce(0) { $0 + $1.0 } / count
        let below = pairs.reduce(0) { $0 + $1.1 } / count
        var reading = MetricReading(
            count: pairs.count,
            mean: above,
            m2: pairs.reduce(0) { $0 + ($1.0 - above) * ($1.0 - above) }
        )
        if isRatio {
            reading.denominator = .init(
                mean: below,
                m2: pairs.reduce(0) { $0 + ($1.1 - below) * ($1.1 - below) },
                comoment: pairs.reduce(0) { $0 + ($1.0 - above) * ($1.1 - below) }
            )
        }
        return reading
    }

    @Test func `paired losses meet outcomes by request, or by the last request about the entity, in any order`() throws
    {
        func prediction(_ request: String, _ variant: String, _ value: Double, after seconds: Int64) -> Exposure {
            Exposure(
                requestID: request,
                at: Self.start + .seconds(seconds),
                variant: variant,
                unit: request,
                entity: "b1",
                prediction: value,
                isShadow: variant == "treatment"
            )
        }
        func outcome(_ id: String, request: String? = nil, _ value: Double, after seconds: Int64) -> Outcome {
            Outcome(
                id: id,
                at: Self.start + .seconds(seconds),
                endpoint: "price",
                requestID: request,
                entity: request == nil ? "b1" : nil,
                value: value
            )
        }
        let exposures = [
            prediction("r1", "control", 10, after: 1), prediction("r1", "treatment", 12, after: 1),
            prediction("r2", "control", 10, after: 5), prediction("r2", "treatment", 9, after: 5),
            prediction("r3", "control", 10, after: 7), prediction("r4", "treatment", 9, after: 8),
        ]
        let outcomes = [
            outcome("o1", request: "r1", 13, after: 100), outcome("o2", 8, after: 6), outcome("o3", 1, after: 0),
            outcome("o4", request: "r3", 1, after: 9), outcome("o5", request: "none", 1, after: 9),
        ]
        var generator = SplitMix64(seed: 5)
        for _ in 0..<20 {
            var observed = Self.observations(.absolute)
            var steps: [(Exposure?, Outcome?)] = exposures.map { ($0, nil) } + outcomes.map { (nil, $0) }
            steps.shuffle(using: &generator)
            for (exposure, outcome) in steps {
                if let exposure { observed.add(exposure) }
                if let outcome { observed.add(outcome) }
            }
            let paired = try #require(observed.reading.pairedLoss)
            // r1: 3 - 1 = 2; r2, by its entity: 2 - 1 = 1.
            #expect(paired.count == 2)
            #expect(abs(paired.mean - 1.5) < 1e-12)
            #expect(abs(paired.m2 - 0.5) < 1e-12)
            // Control's losses are 3 and 2.
            #expect(abs((paired.denominator?.mean ?? 0) - 2.5) < 1e-12)
            #expect(abs((paired.denominator?.comoment ?? 0) - 0.5) < 1e-12)
        }
    }
}
