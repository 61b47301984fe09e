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
        var remarks = obstacles
        var isDue = evidence.isAskedFor
        if evidence.isAskedFor {
            remarks.append(Remark("retraining.asked", "A person asks for it."))
        } else {
            remarks += Self.restraints(policy, autonomy, evidence)
        }
        let isHeld = !obstacles.isEmpty || (!evidence.isAskedFor && remarks.count > obstacles.count)
        remarks += triggers.map(\.remark)
        isDue = isDue || triggers.contains(where: \.isMet)
        remarks.append(worth.remark)
        return RetrainingDecision(
            isTraining: !isHeld && isDue && (evidence.isAskedFor || worth.isWorthIt),
            remarks: remarks
        )
    }

    /// The first moment of the calendar month of `moment`, in UTC.
    package static func monthStart(of moment: EventTime) -> EventTime {
        EventTime(iso8601: "\(moment.day.prefix(7))-01") ?? moment
    }

    /// What forbids a training, whoever asks for it.
    private static func obstacles(_ policy: RetrainingPolicy, _ evidence: RetrainingEvidence) -> [Remark] {
        var remarks: [Remark] = []
        if evidence.dataHash == nil {
            let fault = evidence.dataFault ?? "the loader gives no rows"
            remarks.append(Remark("retraining.noData", "There is nothing to train on: \(fault)."))
        }
        if let made = evidence.madeBefore {
            let text: Remark.Text = "These very rows were trained with this recipe before, and gave \(made)."
            remarks.append(Remark("retraining.madeBefore", text))
        }
        if let other = evidence.underWay {
            remarks.append(Remark("retraining.underWay", "Training \(other) of this plan is under way."))
        }
        if evidence.runsThisMonth >= policy.monthlyRuns {
            let text: Remark.Text = "The month's budget of \(policy.monthlyRuns) trainings is used up."
            remarks.append(Remark("retraining.noRuns", text))
        }
        if evidence.secondsThisMonth >= policy.monthlyTime.seconds {
            let text: Remark.Text = "The month's budget of \(policy.monthlyTime) of training is used up."
            remarks.append(Remark("retraining.noTime", text))
        }
        return remarks
    }

    /// What keeps a training from starting by itself.
    private static func restraints(
        _ policy: RetrainingPolicy,
        _ autonomy: RetrainingPlan.Autonomy,
        _ evidence: RetrainingEvidence
    ) -> [Remark] {
        var remarks: [Remark] = []
        if autonomy == .never {
            remarks.append(Remark("retraining.never", "The plan says auto: never, so a person must ask for it."))
        }
        if let last = evidence.last, evidence.now < last.at + policy.coolDown {
            let text: Remark.Text = "The last training was at \(last.at), less than \(policy.coolDown) ago."
            remarks.append(Remark("retraining.coolDown", text))
        }
        return remarks
    }

    private struct Trigger {
        let isMet: Bool
        let remark: Remark
    }

    private static func triggers(_ limits: RetrainingTriggers, _ evidence: RetrainingEvidence) -> [Trigger] {
        var triggers: [Trigger] = []
        if let limit = limits.volume { triggers.append(Self.volume(limit, evidence)) }
        if let limit = limits.age {
            guard let last = evidence.last else {
                triggers.append(Trigger(isMet: true, remark: Self.neverTrained))
                return triggers
            }
            let isMet = evidence.now >= last.at + limit
            let remark =
                isMet
                ? Remark("retraining.old", "The last training, of \(last.at), is older than \(limit).")
                : Remark("retraining.young", "The last training, of \(last.at), is not older than \(limit).")
            triggers.append(Trigger(isMet: isMet, remark: remark))
        }
        if let limit = limits.drift {
            let what =
                evidence.driftedColumn.map { Remark("retraining.driftOf", "The drift of '\($0)'") }
                ?? Remark("retraining.drift", "Drift")
            let unknown = Remark("retraining.noDrift", "Drift was not measured.")
            triggers.append(Self.measure(what, evidence.drift, limit, unknown: unknown))
        }
        if let limit = limits.loss {
            let isGiven = evidence.loss?.isGiven ?? false
            triggers.append(
                Self.measure(
                    isGiven
                        ? Remark("retraining.lossEstimated", "The estimated increase of the loss")
                        : Remark("retraining.loss", "The increase of the loss on labels"),
                    evidence.loss?.increase,
                    limit,
                    unknown: Remark("retraining.noLoss", "The loss is not known yet.")
                )
            )
        }
        return triggers
    }

    private static let neverTrained = Remark("retraining.neverTrained", "The recipe was never trained.")

    private static func volume(_ limit: Double, _ evidence: RetrainingEvidence) -> Trigger {
        guard let last = evidence.last else {
            return Trigger(isMet: evidence.labels > 0, remark: Self.neverTrained)
        }
        let base = last.rows ?? last.labels
        let share = Double(evidence.newLabels) / Double(max(base, 1))
        let isMet = evidence.newLabels > 0 && share > limit
        let (found, wanted) = (RetrainingText.percent(share), RetrainingText.percent(limit))
        return Trigger(
            isMet: isMet,
            remark: Remark(
                "retraining.volume",
                """
                \(evidence.newLabels) labels are new beside the \(base) rows of the last training: \(found), \
                \(Self.place(isMet)) \(wanted).
                """
            )
        )
    }

    private static func measure(_ what: Remark, _ value: Double?, _ limit: Double, unknown: Remark) -> Trigger {
        guard let value else { return Trigger(isMet: false, remark: unknown) }
        let isMet = value > limit
        let (found, wanted) = (RetrainingText.number(value), RetrainingText.number(limit))
        return Trigger(
            isMet: isMet,
            remark: Remark("retraining.measure", "\(what) is \(found), \(Self.place(isMet)) \(wanted).")
        )
    }

    private static func place(_ isAbove: Bool) -> Remark {
        isAbove ? Remark("retraining.above", "above") : Remark("retraining.notAbove", "not above")
    }

    private static func worth(
        _ policy: RetrainingPolicy,
        _ evidence: RetrainingEvidence
    ) -> (isWorthIt: Bool, remark: Remark) {
        guard let gain = evidence.gain else {
            let why = evidence.gainFault ?? "it was not asked for"
            return (true, Remark("retraining.noBackTest", "There is no back-test: \(why); the trigger alone decides."))
        }
        let verdict = gain.verdict(minimum: policy.gainMinimum)
        let (lower, upper) = (RetrainingText.percent(gain.lower), RetrainingText.percent(gain.upper))
        let loss = Remark("retraining.\(gain.loss)", .init(stringLiteral: gain.loss.rawValue))
        let worth = Remark("retraining.\(verdict)", .init(stringLiteral: verdict.rawValue))
        let remark = Remark(
            "retraining.gain",
            """
            A candidate of \(gain.trainedRows) rows cuts the \(loss) on the newest \(gain.count) labelled predictions by \
            \(RetrainingText.percent(gain.gain)) (\(lower) to \(upper)): training is \(worth).
            """
        )
        guard policy.rule == .threshold else { return (verdict == .worthIt, remark) }
        return (true, Remark("retraining.triggerAlone", "\(remark) The plan's rule is the trigger alone."))
    }
}

/// What was decided, and why.
package struct RetrainingDecision: Sendable, Hashable {
    package let isTraining: Bool
    /// Why.
    package let remarks: [Remark]

    /// Holds a decision.
    package init(isTraining: Bool, remarks: [Remark]) {
        self.isTraining = isTraining
        self.remarks = remarks
    }

    /// Sentences a person reads.
    package var reasons: [String] { self.remarks.map(\.text) }

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
