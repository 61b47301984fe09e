package import MartletCore

/// Decides whether to train again; pure, so that a decision can be made again from its record.
///
/// Three things must hold: nothing stands in the way, something makes it due, and it is worth it. A person who asks needs
/// only the first.
package enum RetrainingRule {
    /// The name and version of the rule, which records carry.
    package static let name = "retraining/1"

    /// Decides by `policy` and `autonomy` on `evidence`.
    package static func decide(
        _ policy: RetrainingPolicy,
        _ autonomy: RetrainingPlan.Autonomy,
        _ evidence: RetrainingEvidence
    ) -> RetrainingDecision {
        let obstacles = Self.obstacles(policy, evidence)
        let triggers = Self.triggers(policy.triggers, evidence)
        let worth = Self.worth(policy, evidence)
        var reasons = obstacles
        var isDue = evidence.isAskedFor
        if evidence.isAskedFor {
            reasons.append("A person asks for it.")
        } else {
            reasons += Self.restraints(policy, autonomy, evidence)
        }
        let isHeld = !obstacles.isEmpty || (!evidence.isAskedFor && reasons.count > obstacles.count)
        reasons += triggers.map(\.sentence)
        isDue = isDue || triggers.contains(where: \.isMet)
        reasons.append(worth.sentence)
        return RetrainingDecision(
            isTraining: !isHeld && isDue && (evidence.isAskedFor || worth.isWorthIt),
            reasons: reasons
        )
    }

    /// The first moment of the calendar month of `moment`, in UTC.
    package static func monthStart(of moment: EventTime) -> EventTime {
        EventTime(iso8601: "\(moment.day.prefix(7))-01") ?? moment
    }

    /// What forbids a training, whoever asks for it.
    private static func obstacles(_ policy: RetrainingPolicy, _ evidence: RetrainingEvidence) -> [String] {
        var reasons: [String] = []
        if evidence.dataHash == nil {
            reasons.append("There is nothing to train on: \(evidence.dataFault ?? "the loader gives no rows").")
        }
        if let made = evidence.madeBefore {
            reasons.append("These very rows were trained with this recipe before, and gave \(made).")
        }
        if let other = evidence.underWay { reasons.append("Training \(other) of this plan is under way.") }
        if evidence.runsThisMonth >= policy.monthlyRuns {
            reasons.append("The month's budget of \(policy.monthlyRuns) trainings is used up.")
        }
        if evidence.secondsThisMonth >= policy.monthlyTime.seconds {
            reasons.append("The month's budget of \(policy.monthlyTime) of training is used up.")
        }
        return reasons
    }

    /// What keeps a training from starting by itself.
    private static func restraints(
        _ policy: RetrainingPolicy,
        _ autonomy: RetrainingPlan.Autonomy,
        _ evidence: RetrainingEvidence
    ) -> [String] {
        var reasons: [String] = []
        if autonomy == .never { reasons.append("The plan says auto: never, so a person must ask for it.") }
        if let last = evidence.last, evidence.now < last.at + policy.coolDown {
            reasons.append("The last training was at \(last.at), less than \(policy.coolDown) ago.")
        }
        return reasons
    }

    private struct Trigger {
        let isMet: Bool
        let sentence: String
    }

    private static func triggers(_ limits: RetrainingTriggers, _ evidence: RetrainingEvidence) -> [Trigger] {
        var triggers: [Trigger] = []
        if let limit = limits.volume { triggers.append(Self.volume(limit, evidence)) }
        if let limit = limits.age {
            guard let last = evidence.last else {
                triggers.append(Trigger(isMet: true, sentence: "The recipe was never trained."))
                return triggers
            }
            let isMet = evidence.now >= last.at + limit
            let words = isMet ? "is older than" : "is not older than"
            triggers.append(Trigger(isMet: isMet, sentence: "The last training, of \(last.at), \(words) \(limit)."))
        }
        if let limit = limits.drift {
            let what = evidence.driftedColumn.map { "The drift of '\($0)'" } ?? "Drift"
            triggers.append(Self.measure(what, evidence.drift, limit, unknown: "Drift was not measured."))
        }
        if let limit = limits.loss {
            let isGiven = evidence.loss?.isGiven ?? false
            triggers.append(
                Self.measure(
                    isGiven ? "The estimated increase of the loss" : "The increase of the loss on labels",
                    evidence.loss?.increase,
                    limit,
                    unknown: "The loss is not known yet."
                )
            )
        }
        return triggers
    }

    private static func volume(_ limit: Double, _ evidence: RetrainingEvidence) -> Trigger {
        guard let last = evidence.last else {
            return Trigger(isMet: evidence.labels > 0, sentence: "The recipe was never trained.")
        }
        let base = last.rows ?? last.labels
        let share = Double(evidence.newLabels) / Double(max(base, 1))
        let isMet = evidence.newLabels > 0 && share > limit
        return Trigger(
            isMet: isMet,
            sentence: "\(evidence.newLabels) labels are new beside the \(base) rows of the last training: "
                + "\(RetrainingText.percent(share)), \(isMet ? "above" : "not above") \(RetrainingText.percent(limit))."
        )
    }

    private static func measure(_ what: String, _ value: Double?, _ limit: Double, unknown: String) -> Trigger {
        guard let value else { return Trigger(isMet: false, sentence: unknown) }
        let isMet = value > limit
        let text = "\(what) is \(RetrainingText.number(value)), \(isMet ? "above" : "not above")"
        return Trigger(isMet: isMet, sentence: "\(text) \(RetrainingText.number(limit)).")
    }

    private static func worth(
        _ policy: RetrainingPolicy,
        _ evidence: RetrainingEvidence
    ) -> (isWorthIt: Bool, sentence: String) {
        guard let gain = evidence.gain else {
            let why = evidence.gainFault ?? "it was not asked for"
            return (true, "There is no back-test: \(why); the trigger alone decides.")
        }
        let verdict = gain.verdict(minimum: policy.gainMinimum)
        let range = "\(RetrainingText.percent(gain.lower)) to \(RetrainingText.percent(gain.upper))"
        let text =
            "A candidate of \(gain.trainedRows) rows cuts the \(gain.loss.rawValue) on the newest \(gain.count) labelled "
            + "predictions by \(RetrainingText.percent(gain.gain)) (\(range)): training is \(verdict.rawValue)."
        if policy.rule == .threshold { return (true, text + " The plan's rule is the trigger alone.") }
        return (verdict == .worthIt, text)
    }
}

/// What was decided, and why.
package struct RetrainingDecision: Sendable, Hashable, Codable {
    package let isTraining: Bool
    /// Sentences a person reads.
    package let reasons: [String]

    /// Holds a decision.
    package init(isTraining: Bool, reasons: [String]) {
        self.isTraining = isTraining
        self.reasons = reasons
    }

    /// One word: `train` or `wait`.
    package var verdict: String { self.isTraining ? "train" : "wait" }
}

/// Figures in reasons.
enum RetrainingText {
    static func percent(_ share: Double) -> String { "\(Self.number(share * 100)) %" }

    static func number(_ value: Double) -> String {
        let digits = abs(value) < 0.1 ? 10_000.0 : 100.0
        let rounded = (value * digits).rounded() / digits
        guard let whole = Int64(exactly: rounded) else { return rounded.description }
        return String(whole)
    }
}
