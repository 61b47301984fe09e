import MartletCore
import MartletRetraining
import MartletTracking
import Testing

/// Times are days after the first prediction's midnight.
struct LabelJoinTests {
    private static func day(_ days: Double) -> EventTime { EventTime(microseconds: Int64(days * 86_400_000_000)) }

    private static func outcome(
        _ value: Double,
        at days: Double,
        request: String? = nil,
        entity: String? = nil
    ) -> Outcome {
        Outcome(
            id: "\(value)-\(days)",
            at: Self.day(days),
            endpoint: "e",
            requestID: request,
            entity: entity,
            value: value
        )
    }

    private static func interaction(
        _ kind: String,
        at days: Double,
        unit: String? = nil,
        request: String? = nil,
        amount: Double? = nil
    ) -> Interaction {
        Interaction(
            id: "\(kind)-\(days)",
            at: Self.day(days),
            kind: kind,
            unit: unit,
            requestID: request,
            amount: amount,
            endpoint: "e"
        )
    }

    private static func join(
        _ definition: LabelDefinition,
        _ predictions: [ServedPrediction],
        outcomes: [Outcome] = [],
        interactions: [Interaction] = [],
        asOf days: Double
    ) -> (rows: [LabelledPrediction], figures: LabelFigures) {
        var join = LabelJoin(definition, predictions, asOf: Self.day(days))
        for (index, value) in outcomes.enumerated() { join.add(Arrival(sequence: Int64(index), value: value)) }
        for (index, value) in interactions.enumerated() { join.add(Arrival(sequence: Int64(index), value: value)) }
        return join.finish()
    }

    private static func answer(
        _ request: String,
        at days: Double,
        input: Int = 0,
        variant: String = "live",
        unit: String? = nil,
        entity: String? = nil
    ) -> ServedPrediction {
        ServedPrediction(
            requestID: request,
            input: input,
            at: Self.day(days),
            variant: variant,
            release: variant == "live" ? nil : "r1",
            unit: unit,
            entity: entity
        )
    }

    private static let paid = LabelDefinition(name: "paid", endpoint: "e", window: .days(10))
    private static let signed = LabelDefinition(
        name: "signed",
        endpoint: "e",
        source: .interaction(InteractionLabel(kind: "contract")),
        window: .days(10)
    )

    @Test func `an outcome is the label of the request it names, known when it came true`() {
        let (rows, figures) = Self.join(
            Self.paid,
            [Self.answer("a", at: 0), Self.answer("b", at: 1)],
            outcomes: [Self.outcome(5, at: 3, request: "a")],
            asOf: 5
        )
        #expect(rows.map(\.label) == [5])
        #expect(rows[0].predictedAt == Self.day(0))
        #expect(rows[0].knownAt == Self.day(3))
        #expect(figures.censored == 1)
        #expect(figures.missing == 0)
    }

    @Test func `the latest outcome wins, whatever the order of arrival`() {
        let outcomes = [Self.outcome(7, at: 4, request: "a"), Self.outcome(5, at: 3, request: "a")]
        for outcomes in [outcomes, outcomes.reversed()] {
            let (rows, _) = Self.join(Self.paid, [Self.answer("a", at: 0)], outcomes: outcomes, asOf: 5)
            #expect(rows.map(\.label) == [7])
            #expect(rows[0].knownAt == Self.day(4))
        }
    }

    @Test func `an outcome of an entity answers the last request before it, or all in the window`() {
        let answers = [0.0, 2, 4, 20].map { Self.answer("r\($0)", at: $0, entity: "F1") }
        let outcome = Self.outcome(9, at: 11, entity: "F1")
        let (last, _) = Self.join(Self.paid, answers, outcomes: [outcome], asOf: 40)
        #expect(last.map(\.predictedAt) == [Self.day(4)])
        var definition = Self.paid
        definition.match = .all
        let (all, figures) = Self.join(definition, answers, outcomes: [outcome], asOf: 40)
        #expect(all.map(\.predictedAt) == [Self.day(2), Self.day(4)])
        #expect(figures.missing == 2)
    }

    @Test func `what comes after the window, names nothing, or could mean several inputs is counted and left out`() {
        let answers = [
            Self.answer("a", at: 0), Self.answer("two", at: 0, input: 0, entity: "F1"),
            Self.answer("two", at: 0, input: 1, entity: "F2"),
        ]
        let outcomes = [
            Self.outcome(1, at: 11, request: "a"), Self.outcome(2, at: 1, request: "nobody"),
            Self.outcome(3, at: 1, request: "two"), Self.outcome(4, at: 2, request: "two", entity: "F2"),
        ]
        let (rows, figures) = Self.join(Self.paid, answers, outcomes: outcomes, asOf: 30)
        #expect(rows.map(\.label) == [4])
        #expect(rows.map(\.input) == [1])
        #expect(figures.late == 1)
        #expect(figures.unmatched == 1)
        #expect(figures.ambiguous == 1)
        #expect(figures.missing == 2)
    }

    @Test func `no label of an open window is used, neither 0 nor 1`() {
        let answers = [Self.answer("a", at: 0, unit: "ada"), Self.answer("b", at: 0, unit: "bob")]
        let contract = [Self.interaction("contract", at: 2, unit: "ada")]
        let (early, waiting) = Self.join(Self.signed, answers, interactions: contract, asOf: 9)
        #expect(early.isEmpty)
        #expect(waiting.censored == 2)
        let (rows, figures) = Self.join(Self.signed, answers, interactions: contract, asOf: 10)
        #expect(rows.map(\.label) == [1, 0])
        #expect(rows.allSatisfy { $0.knownAt == Self.day(10) })
        #expect(figures.positives == 1)
        #expect(figures.meanLabel == 0.5)
        var definition = Self.signed
        definition.early = .use
        let (used, left) = Self.join(definition, answers, interactions: contract, asOf: 9)
        #expect(used.map(\.label) == [1])
        #expect(used[0].knownAt == Self.day(2))
        #expect(left.censored == 1)
    }

    @Test func `an amount is the latest one, and one without an amount is counted`() {
        var definition = Self.signed
        definition.source = .interaction(InteractionLabel(kind: "contract", value: .amount))
        let (rows, figures) = Self.join(
            definition,
            [Self.answer("a", at: 0), Self.answer("b", at: 0)],
            interactions: [
                Self.interaction("contract", at: 3, request: "a", amount: 70),
                Self.interaction("contract", at: 2, request: "a", amount: 50),
                Self.interaction("contract", at: 4, request: "b"),
            ],
            asOf: 11
        )
        #expect(rows.map(\.label) == [70, 0])
        #expect(figures.withoutAmount == 1)
    }

    @Test func `what was never seen is nobody's no, but may be somebody's yes`() {
        var definition = Self.signed
        definition.shownBy = "impression"
        let answers = ["a", "b", "c"].map { Self.answer($0, at: 0) }
        let (rows, figures) = Self.join(
            definition,
            answers,
            interactions: [
                Self.interaction("impression", at: 1, request: "a"), Self.interaction("contract", at: 2, request: "b"),
            ],
            asOf: 11
        )
        #expect(rows.map(\.label) == [0, 1])
        #expect(figures.unseen == 1)
        #expect(figures.influenced == 0)
    }

    @Test func `a row is influenced when it was seen and acted on before its label was known`() {
        let answers = ["a", "b", "c"].map { Self.answer($0, at: 0, unit: $0) }
        var definition = Self.paid
        let outcomes = ["a", "b", "c"].map { Self.outcome(1, at: 5, request: $0) }
        let events = [
            Self.interaction("inquiry", at: 4, unit: "a"), Self.interaction("inquiry", at: 6, unit: "b"),
            Self.interaction("impression", at: 1, unit: "b"),
        ]
        let (_, plain) = Self.join(definition, answers, outcomes: outcomes, interactions: events, asOf: 8)
        #expect(plain.influenced == 2)
        #expect(plain.influencedShare == 2.0 / 3)
        definition.shownBy = "impression"
        let (_, shown) = Self.join(definition, answers, outcomes: outcomes, interactions: events, asOf: 8)
        #expect(shown.influenced == 0)
    }

    @Test func `propensity is the share of a day's units under one release`() {
        let answers =
            (0..<9).map { Self.answer("c\($0)", at: 0.1, variant: "control", unit: "u\($0)") }
            + [Self.answer("t", at: 0.2, variant: "treatment", unit: "u9")]
            + [Self.answer("c-again", at: 0.3, variant: "control", unit: "u0"), Self.answer("later", at: 1.5)]
        let (rows, figures) = Self.join(Self.signed, answers, asOf: 20)
        #expect(rows.map(\.propensity) == Array(repeating: 0.9, count: 9) + [0.1, 0.9, 1])
        #expect(figures.leastPropensity == 0.1)
    }

    @Test func `variants that do not count still share the traffic`() {
        var definition = Self.signed
        definition.variants = ["treatment"]
        let answers = [
            Self.answer("c", at: 0, variant: "control"), Self.answer("t", at: 0.1, variant: "treatment"),
        ]
        let (rows, figures) = Self.join(definition, answers, asOf: 20)
        #expect(rows.map(\.requestID) == ["t"])
        #expect(rows[0].propensity == 0.5)
        #expect(figures.otherVariants == 1)
        #expect(figures.predictions == 1)
    }

    @Test(arguments: [LabelDefinition.Early.wait, .use])
    func `what is known later never changes what was known earlier`(early: LabelDefinition.Early) {
        var generator = Generator(state: 11)
        for _ in 0..<60 {
            var definition = generator.next() % 2 == 0 ? Self.signed : Self.paid
            definition.early = early
            let answers = (0..<30)
                .map { number in
                    Self.answer(
                        "r\(number)",
                        at: generator.share() * 20,
                        unit: "u\(number % 9)",
                        entity: "F\(number % 7)"
                    )
                }
            let outcomes = (0..<15)
                .map { _ in
                    Self.outcome(generator.share(), at: generator.share() * 40, entity: "F\(generator.next() % 7)")
                }
            let events = (0..<25)
                .map { number in
                    Self.interaction(
                        number % 3 == 0 ? "click" : "contract",
                        at: generator.share() * 40,
                        unit: "u\(generator.next() % 9)"
                    )
                }
            let cut = 15.0
            let (before, figures) = Self.join(definition, answers, outcomes: outcomes, interactions: events, asOf: cut)
            let (after, _) = Self.join(definition, answers, outcomes: outcomes, interactions: events, asOf: 60)
            let known = Dictionary(uniqueKeysWithValues: after.map { ($0.requestID, $0) })
            #expect(figures.rows == before.count)
            for row in before {
                #expect(row.knownAt <= Self.day(cut))
                // Only a later outcome may replace a label; then it was not known earlier.
                if let later = known[row.requestID], later.knownAt <= Self.day(cut) { #expect(later == row) }
            }
            let (shuffled, again) = Self.join(
                definition,
                answers.reversed(),
                outcomes: outcomes.reversed(),
                interactions: events.reversed(),
                asOf: cut
            )
            #expect(shuffled == before)
            #expect(again == figures)
        }
    }
}

/// Numbers that are the same at each run.
struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func share() -> Double { Double(self.next() >> 11) / Double(1 << 53) }
}
