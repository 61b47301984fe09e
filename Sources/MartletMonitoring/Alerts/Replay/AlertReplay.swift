package import MartletCore

/// What would have been told in the past by the rules as they are now.
package struct AlertReplay: Sendable {
    /// One alert that would have been told.
    package struct Firing: Sendable, Hashable {
        package let alert: Alert
        /// When it would have been told.
        package let toldAt: EventTime
        /// When it would have been told to be over; `nil` when it was not by the end.
        package let resolvedAt: EventTime?
    }

    private let policy: AlertPolicy
    private let objectives: ServiceObjectives

    /// How often it is looked.
    package static let step = TimeSpan.seconds(60)

    /// Replays by `policy`.
    package init(_ policy: AlertPolicy, _ objectives: ServiceObjectives) {
        self.policy = policy
        self.objectives = objectives
    }

    /// Replays `rule` on `history`, looking every minute and at the end.
    ///
    /// - Returns: what would have been told, in the order of time.
    package func run(
        _ rule: AlertRule,
        on history: AlertHistory,
        from begin: EventTime,
        to end: EventTime
    ) -> [Firing] {
        var machine = AlertMachine(open: [])
        var firings: [String: Firing] = [:]
        var now = begin
        while now <= end {
            let all = history.facts(rule.history, at: now, self.objectives).findings(self.objectives, at: now)
            let findings = self.policy.applied(to: all).filter { $0.rule == rule.rawValue }
            for transition in machine.step(findings, silences: [], self.policy.timing, at: now) {
                let alert = transition.alert
                switch transition.kind {
                case .fired: firings[alert.id] = Firing(alert: alert, toldAt: now, resolvedAt: nil)
                case .escalated: break
                case .resolved:
                    guard let firing = firings[alert.id] else { break }
                    firings[alert.id] = Firing(alert: firing.alert, toldAt: firing.toldAt, resolvedAt: now)
                }
            }
            // The end is looked at too, though it be no whole minute away.
            now = now < end ? min(now + Self.step, end) : end + Self.step
        }
        return firings.values.sorted { ($0.toldAt, $0.alert.key) < ($1.toldAt, $1.alert.key) }
    }
}

extension AlertRule {
    /// What a rule is replayed on.
    package enum History: Sendable, Hashable, CaseIterable {
        case requests, budgets, data, jobs, experiments, deployments, comparisons, host
    }

    /// What it is replayed on.
    package var history: History {
        switch self {
        case .requestsFail, .slow, .variantOut: .requests
        case .deploymentInterrupts: .deployments
        case .budgetBurnsNow, .budgetBurnsFast, .budgetBurns, .budgetBurnsSlowly: .budgets
        case .schemaChanged, .sourceFails, .gateFailed, .rowsQuarantined, .fallbackInUse, .collectionFails,
            .sourceStale, .featuresStale:
            .data
        case .jobFailed, .jobLate, .trainingSlow: .jobs
        case .experimentTooLong: .experiments
        case .inputsDrifted, .errorExpectedToGrow, .errorGrew: .comparisons
        case .diskFills, .filesRunOut, .memoryFills, .processorBusy: .host
        }
    }
}
