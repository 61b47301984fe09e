import Foundation
import MartletCore

/// Who asks an endpoint in a simulation, and what they do with the answer.
struct VisitorPlan: DocumentObject, Sendable {
    let perDay: Int
    /// Visitors look at rows whose moment lies at most this far from theirs.
    let near: TimeSpan
    /// What a visitor may do one after another.
    let steps: [BehaviourStep]
    /// How long after the last step what came true is known.
    let outcomeAfter: TimeSpan

    init() {
        self.perDay = 2_000
        self.near = .days(14)
        self.steps = Self.standardSteps
        self.outcomeAfter = .days(1)
    }

    init(from reader: ObjectReader) {
        let standard = VisitorPlan()
        self.perDay = reader.value(
            "per_day",
            default: standard.perDay,
            "How many come on a day, most of them by day.",
            documentedDefault: 2_000
        )
        self.near = reader.value(
            "near",
            default: standard.near,
            "They look at rows whose moment lies at most so far from theirs.",
            documentedDefault: "14d"
        )
        self.steps = reader.value(
            "behaviour",
            default: standard.steps,
            "What a visitor who saw the answer does, each only after the one before."
        )
        self.outcomeAfter = reader.value(
            "outcome_after",
            default: standard.outcomeAfter,
            "How long after the last of these what came true is known.",
            documentedDefault: "1d"
        )
        if !(1...1_000_000).contains(self.perDay) {
            reader.report(.documentInvalidValue, "per_day is \(self.perDay); it must be 1 to 1000000", at: "per_day")
        }
        if self.near.microseconds <= 0 {
            reader.report(.documentInvalidValue, "near must be longer than 0s", at: "near")
        }
        if self.steps.isEmpty {
            reader.report(.documentInvalidValue, "name at least one kind of behaviour", at: "behaviour")
        }
    }

    private static let standardSteps = [
        BehaviourStep(kind: "click", steepness: 1, after: .seconds(60)),
        BehaviourStep(kind: "inquiry", steepness: 2, after: .seconds(3_600)),
        BehaviourStep(kind: "contract", steepness: 2, after: .seconds(6 * 3_600)),
    ]

    /// The part of a day's visitors that comes in the hour: few at night, most in the evening.
    static func share(ofHour hour: Int) -> Double {
        let weights: [Double] = [
            2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 5, 5, 5, 6, 7, 8, 8, 7, 5, 3,
        ]
        return weights[hour] / weights.reduce(0, +)
    }
}

/// One thing that visitors do, the likelier the nearer the answer is to the truth.
struct BehaviourStep: DocumentObject, Sendable {
    let kind: String
    /// A visitor who is shown a value that is off by the share `s` goes on with probability `exp(-steepness × s)`.
    let steepness: Double
    /// How long after the step before.
    let after: TimeSpan

    init(kind: String, steepness: Double, after: TimeSpan) {
        (self.kind, self.steepness, self.after) = (kind, steepness, after)
    }

    init(from reader: ObjectReader) {
        self.kind = reader.required("kind", String.self, "The kind of the interaction, such as click or contract.")
        self.steepness = reader.value(
            "steepness",
            default: 1,
            "They go on with probability exp(-steepness × the share by which the answer is off).",
            documentedDefault: 1
        )
        self.after = reader.value(
            "after",
            default: .seconds(60),
            "How long after the one before.",
            documentedDefault: "1m"
        )
        if !(self.steepness >= 0) {
            reader.report(.documentInvalidValue, "steepness must be 0 or more", at: "steepness")
        }
        if self.after.microseconds < 0 { reader.report(.documentInvalidValue, "after must be 0s or more", at: "after") }
    }

    /// How likely a visitor goes on when the value shown is off by `share`.
    func probability(off share: Double) -> Double { exp(-self.steepness * share) }
}
