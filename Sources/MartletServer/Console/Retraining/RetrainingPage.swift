import MartletCore
import MartletRetraining
import MartletTracking

/// The retraining plans with their last decisions, and one plan with all of its own.
struct RetrainingPage: Sendable {
    private static let limit = 50

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    /// The plans.
    func list() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        var rows: [View] = []
        if let retraining = self.context.retraining {
            for plan in try retraining.plans() {
                let decisions = try await retraining.store.decisions(of: plan.name, limit: 1)
                let attempts = try await retraining.store.attempts(of: plan.name, limit: 1_000)
                rows.append(self.summary(plan, decisions.first, attempts))
            }
        }
        return ConsolePage(
            template: "retraining",
            title: self.words["retraining"],
            section: .quality,
            view: [
                "tabs": QualityPage.tabs("retraining", self.words, self.context), "rows": rows,
                "hasRows": !rows.isEmpty,
            ]
        )
    }

    /// One plan.
    func page() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        let name = self.visit.component(1)
        guard let retraining = self.context.retraining,
            let plan = try retraining.plans().first(where: { $0.name == name })
        else { throw ConsoleProblem.missing(self.words, "missing.plan", name) }
        let decisions = try await retraining.store.decisions(of: plan.name, limit: Self.limit)
        let attempts = try await retraining.store.attempts(of: plan.name, limit: 1_000)
        var view = self.summary(plan, decisions.first, attempts)
        view["decisions"] = decisions.map(self.row)
        view["hasDecisions"] = !decisions.isEmpty
        view["attempts"] = attempts.prefix(Self.limit).map(self.row)
        view["hasAttempts"] = !attempts.isEmpty
        view["facts"] = self.facts(plan, decisions.first, attempts)
        return ConsolePage(template: "retraining_plan", title: plan.name, section: .quality, view: view)
    }

    private func summary(
        _ plan: RetrainingPlan,
        _ decision: RetrainingRecord?,
        _ attempts: [RetrainingAttempt]
    ) -> View {
        var view: View = [
            "planName": plan.name, "planAddress": Address.of("retraining", plan.name),
            "planNote": plan.description.isEmpty ? nil : plan.description,
            "recipe": plan.recipe.value, "labels": plan.labels.value,
            "autoText": self.words["retraining.auto." + plan.autonomy.rawValue],
            "monthText": self.month(plan, attempts),
        ]
        if let decision {
            view["verdictText"] = self.words["retraining." + decision.verdict]
            view["verdictStyle"] = Self.style(decision)
            view["decidedAt"] = self.visit.figures.view(decision.at)
            view["firstReason"] = RetrainingReplay(decision).remarks.first.map { self.words($0) }
        }
        if let last = attempts.first {
            let mark = self.mark(last)
            view["lastStatus"] = mark.text
            view["lastStyle"] = mark.style
            view["lastAt"] = self.visit.figures.view(last.startedBy.at)
        }
        return view
    }

    private func month(_ plan: RetrainingPlan, _ attempts: [RetrainingAttempt]) -> String {
        let begin = RetrainingRule.monthStart(of: self.visit.now)
        let count = attempts.count { $0.startedBy.at >= begin && $0.status != .failed }
        return self.words("retraining.of", Figures.count(count), Figures.count(plan.policy.monthlyRuns))
    }

    private func facts(
        _ plan: RetrainingPlan,
        _ decision: RetrainingRecord?,
        _ attempts: [RetrainingAttempt]
    ) -> [View] {
        var facts: [View] = [
            ["label": self.words["retraining.recipe"], "text": plan.recipe.value],
            ["label": self.words["retraining.labels"], "text": plan.labels.value],
            ["label": self.words["retraining.auto"], "text": self.words["retraining.auto." + plan.autonomy.rawValue]],
            ["label": self.words["retraining.month"], "text": self.month(plan, attempts)],
        ]
        if let release = plan.release?.value {
            facts.append(["label": self.words["release.plan"], "text": release])
        }
        if let gain = decision.flatMap(Self.gain) {
            let text = "\(Figures.share(gain.gain)) (\(Figures.share(gain.lower)) … \(Figures.share(gain.upper)))"
            facts.append(["label": self.words["retraining.gain"], "text": text])
        }
        return facts
    }

    private func row(_ decision: RetrainingRecord) -> View {
        let replay = RetrainingReplay(decision)
        var view: View = [
            "decisionText": self.words["retraining." + decision.verdict], "decisionStyle": Self.style(decision),
            "at": self.visit.figures.view(decision.at), "sentences": replay.remarks.map { self.words($0) },
            "inputsHash": decision.inputsHash.description, "inputsShort": decision.inputsHash.short,
        ]
        view["gainText"] = Self.gain(decision).map { Figures.share($0.gain) }
        switch replay.outcome {
        case .same: (view["againText"], view["againStyle"]) = (self.words["retraining.same"], "approved")
        case .different: (view["againText"], view["againStyle"]) = (self.words["retraining.different"], "rejected")
        case .unreadable: (view["againText"], view["againStyle"]) = (self.words["retraining.unreadable"], "plain")
        }
        return view
    }

    private func row(_ attempt: RetrainingAttempt) -> View {
        let mark = self.mark(attempt)
        var view: View = [
            "attemptID": attempt.id, "statusText": mark.text,
            "statusStyle": mark.style, "startedAt": self.visit.figures.view(attempt.startedBy.at),
            "by": attempt.startedBy.actor, "rowCount": attempt.rows.map { Figures.count($0) },
            "took": attempt.endedAt == nil ? nil : self.visit.figures.duration(attempt.seconds),
            "outcome": attempt.outcome,
        ]
        if let version = attempt.version {
            view["version"] = version.description
            view["versionAddress"] = ModelsPage.address(version.model, version.number)
        }
        return view
    }

    /// The estimate among the inputs of a decision, when there was one.
    private static func gain(_ decision: RetrainingRecord) -> GainEstimate? {
        RetrainingReplay(decision).evidence?.gain
    }

    private static func style(_ decision: RetrainingRecord) -> String {
        decision.verdict == "train" ? "approved" : "plain"
    }

    /// How a training stands; one whose lease is over stands as silent until a process closes it.
    private func mark(_ attempt: RetrainingAttempt) -> (text: String, style: String) {
        let word = attempt.isLeaseOver(at: self.visit.now) ? "silent" : attempt.status.rawValue
        let style =
            switch attempt.status {
            case .started: word == "silent" ? "rejected" : "running"
            case .registered: "approved"
            case .refused: "pending"
            case .failed: "rejected"
            }
        return (self.words["retraining." + word], style)
    }
}
