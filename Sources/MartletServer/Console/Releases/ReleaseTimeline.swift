import MartletCore
import MartletReleases
import MartletStatistics
import MartletTracking

/// The steps of a release as a page draws them: what was done, where it stands, what is to come.
struct ReleaseTimeline: Sendable {
    private enum Standing: String {
        case done
        case here
        case coming
        case failed
    }

    let state: ReleaseState
    let trail: ReleaseTrail
    let visit: ConsoleVisit

    /// The steps in order.
    var steps: [View] {
        let words = self.visit.words
        let position = self.position
        var steps: [View] = []
        func add(_ title: String, _ detail: String?, _ more: View = [:]) {
            let index = steps.count
            let standing: Standing =
                if index < position {
                    .done
                } else if index > position {
                    .coming
                } else if self.isBack {
                    .failed
                } else {
                    self.state.phase == .completed ? .done : .here
                }
            let step: View = ["stepTitle": title, "stepDetail": detail, "standing": standing.rawValue]
            steps.append(step.merging(more))
        }
        add(words["step.checklist"], nil, self.sentences(of: ReleaseChecklist.rule))
        add(words["step.health"], nil, self.sentences(of: HealthRule.rule))
        for (index, step) in self.state.plan.steps.enumerated() {
            let isLast = index == self.state.plan.steps.count - 1
            if isLast, self.state.plan.approval == .ask { add(words["step.approval"], nil) }
            let place = ReleaseTrail.Place(stage: isLast ? .watch : .step, weight: step.weight)
            add(
                words("step.share", SplitBar.percent(step.weight)),
                words("step.hold", self.visit.figures.duration(step.hold.seconds)),
                self.gates(at: place)
            )
        }
        let last = self.state.plan.steps.last?.weight ?? 10_000
        add(
            words["step.standby"],
            words("step.hold", self.visit.figures.duration(self.state.plan.standby.seconds)),
            self.gates(at: ReleaseTrail.Place(stage: .standby, weight: last))
        )
        add(words["step.archived"], nil)
        if self.isBack {
            steps.append([
                "stepTitle": words["step.rolledBack"],
                "standing": self.state.phase == .rolledBack ? Standing.done.rawValue : Standing.here.rawValue,
                "sentences": self.rollback, "hasSentences": !self.rollback.isEmpty,
            ])
        }
        return steps
    }

    private var isBack: Bool { self.state.phase == .rollingBack || self.state.phase == .rolledBack }

    /// The index of the step at which the release stands, or stood when it turned back.
    private var position: Int {
        let hasApproval = self.state.plan.approval == .ask
        let last = self.state.plan.steps.count - 1
        func share(_ index: Int) -> Int { 2 + index + (hasApproval && index == last ? 1 : 0) }
        switch self.state.phase {
        case .starting, .warmingUp, .verifying: return 1
        case .shifting, .observing: return share(self.state.step)
        case .awaitingApproval: return 2 + last
        case .standingBy: return share(last) + 1
        case .retiring, .completed: return share(last) + 2
        case .rollingBack, .rolledBack:
            if self.trail.looks.keys.contains(where: { $0.stage == .standby }) { return share(last) + 1 }
            let isHealthy = self.trail.decisions.contains {
                $0.record.rule == HealthRule.rule && $0.record.verdict == "pass"
            }
            return isHealthy ? share(self.state.step) : 1
        }
    }

    /// Why it goes or went back.
    private var rollback: [String] {
        self.state.rollbackRemarks?.map { self.visit.words($0) } ?? self.state.rollbackReason.map { [$0] } ?? []
    }

    private func sentences(of rule: DecisionRecord.Rule) -> View {
        guard let decision = self.trail.decisions.last(where: { $0.record.rule == rule }) else { return [:] }
        let record = decision.record
        return [
            "sentences": self.trail.sentences(of: decision, self.visit.words), "hasSentences": true,
            "at": self.visit.figures.view(record.at),
            "verdictText": ReleaseBadge.outcome(record.verdict, self.visit.words),
            "verdictStyle": ReleaseBadge.verdictStyle(record.verdict),
        ]
    }

    private func gates(at place: ReleaseTrail.Place) -> View {
        guard let record = self.trail.looks[place], let inputs = try? ReleaseGateRule.inputs(of: record) else {
            return [:]
        }
        let words = self.visit.words
        let (errors, latency) = ReleaseGateRule.gates(inputs)
        let traffic = inputs.traffic
        let requests = Figures.count(traffic.requests)
        let count = BernoulliCount(trials: traffic.requests, successes: min(traffic.errors, traffic.requests))
        let bounds = ErrorRateGate(threshold: inputs.gates.errorRateLimit, alpha: inputs.gates.alpha).bounds(on: count)
        let gates: [View] = [
            [
                "gateName": words("release.errorGate", Figures.share(inputs.gates.errorRateLimit)),
                "gateFigures": words("release.ofRequests", Figures.count(traffic.errors), requests),
                "gateBounds": "\(Figures.share(bounds.lower ?? 0)) … \(Figures.share(bounds.upper ?? 1))",
                "gateText": self.word(errors), "gateStyle": Self.style(errors),
            ],
            [
                "gateName": words(
                    "release.latencyGate",
                    Figures.number(inputs.gates.latencyQuantile * 100),
                    self.visit.figures.duration(inputs.gates.latencyLimit.seconds)
                ),
                "gateFigures": words("release.ofRequests", Figures.count(traffic.slow), requests),
                "gateText": self.word(latency), "gateStyle": Self.style(latency),
            ],
        ]
        return [
            "gates": gates, "hasGates": true, "at": self.visit.figures.view(record.at),
            "verdictText": ReleaseBadge.outcome(record.verdict, words),
            "verdictStyle": ReleaseBadge.verdictStyle(record.verdict),
        ]
    }

    private func word(_ verdict: GateVerdict) -> String {
        switch verdict {
        case .pass: self.visit.words["release.proven"]
        case .fail: self.visit.words["release.broken"]
        case .inconclusive(.max): self.visit.words["release.openForever"]
        case .inconclusive(let more): self.visit.words("release.open", Figures.count(more))
        }
    }

    private static func style(_ verdict: GateVerdict) -> String {
        switch verdict {
        case .pass: "approved"
        case .fail: "rejected"
        case .inconclusive: "plain"
        }
    }
}
