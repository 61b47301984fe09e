package import MartletCore

/// What would have been told in the past by the rules as they are now.
///
/// A rule is replayed by itself, and beside that together with the rules that may lead to it, as a server looks at them: so
/// it is known which of its alerts a server would have told under another name.
package struct AlertReplay: Sendable {
    /// One alert that the rule by itself would have told.
    package struct Firing: Sendable, Hashable {
        package let alert: Alert
        /// When it would have been told.
        package let toldAt: EventTime
        /// When it would have been told to be over; `nil` when it was not by the end.
        package let resolvedAt: EventTime?
        /// What a server would have made of it.
        package let telling: Telling
    }

    /// What a server, which looks at all rules, makes of an alert.
    package enum Telling: Sendable, Hashable {
        /// It is told under its own name.
        case byItself(EventTime)
        /// It is part of an alert of another name: that of its cause.
        case under(String)
        /// It is not told: it is over before it held for long enough by itself, or while it waited for its group.
        case withheld
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
    /// - Parameters:
    ///   - rule: the rule.
    ///   - history: what is kept of what it and the rules before it look at.
    ///   - lineage: what was made from what.
    ///   - begin: the first look.
    ///   - end: the last one.
    /// - Returns: what would have been told, in the order of time.
    package func run(
        _ rule: AlertRule,
        on history: AlertHistory,
        along lineage: PastLineage = PastLineage(),
        from begin: EventTime,
        to end: EventTime
    ) -> [Firing] {
        var pass = ReplayPass(rule, self.policy.timing)
        var now = begin
        while now <= end {
            let graph = lineage.graph(at: now)
            let facts = history.facts(rule.histories, at: now, self.objectives)
            let findings = self.policy.applied(to: facts.findings(self.objectives, along: graph, at: now))
            pass.look(findings, along: graph, at: now)
            // The end is looked at too, though it be no whole minute away.
            now = now < end ? min(now + Self.step, end) : end + Self.step
        }
        return pass.firings.sorted { ($0.toldAt, $0.alert.key) < ($1.toldAt, $1.alert.key) }
    }
}

/// One rule on its way through the past.
private struct ReplayPass {
    /// An alert of the rule by itself.
    private struct Told {
        let alert: Alert
        let at: EventTime
        /// The name under which a server had it then.
        let name: String
        var resolvedAt: EventTime?
    }

    private let rule: AlertRule
    private let timing: AlertTiming
    /// The rule by itself.
    private var alone = AlertMachine(open: [])
    /// The rule with those before it, one alert for each cause, as a server looks at them.
    private var together = AlertMachine(open: [])
    private var told: [String: Told] = [:]
    /// When a server told an alert of the rule's own name.
    private var named: [String: [EventTime]] = [:]

    init(_ rule: AlertRule, _ timing: AlertTiming) {
        self.rule = rule
        self.timing = timing
    }

    mutating func look(_ findings: [AlertFinding], along graph: LineageGraph, at now: EventTime) {
        let merged = CauseWalk(graph).merge(findings)
        var names: [String: String] = [:]
        for finding in merged {
            let name = self.together.key(of: finding)
            for member in finding.members.isEmpty ? [finding.key] : finding.members { names[member] = name }
        }
        for transition in self.together.step(merged, silences: [], self.timing, at: now)
        where transition.kind == .fired && transition.alert.rule == self.rule.rawValue {
            self.named[transition.alert.key, default: []].append(now)
        }
        let own = findings.filter { $0.rule == self.rule.rawValue }
        for transition in self.alone.step(own, silences: [], self.timing, at: now) {
            let alert = transition.alert
            switch transition.kind {
            case .fired: self.told[alert.id] = Told(alert: alert, at: now, name: names[alert.key] ?? alert.key)
            case .escalated: break
            case .resolved: self.told[alert.id]?.resolvedAt = now
            }
        }
    }

    var firings: [AlertReplay.Firing] {
        self.told.values.map { told in
            AlertReplay.Firing(
                alert: told.alert,
                toldAt: told.at,
                resolvedAt: told.resolvedAt,
                telling: self.telling(told)
            )
        }
    }

    /// A server may tell of it a little earlier, as part of what is worse, and later, when its cause is gone.
    private func telling(_ told: Told) -> AlertReplay.Telling {
        let moments = self.named[told.alert.key] ?? []
        let own = moments.first { moment in
            moment >= told.alert.firstFoundAt && told.resolvedAt.map { moment <= $0 } ?? true
        }
        if let own { return .byItself(own) }
        return told.name == told.alert.key ? .withheld : .under(told.name)
    }
}

extension AlertRule {
    /// What a rule is replayed on.
    package enum History: Sendable, Hashable, CaseIterable {
        case requests, budgets, data, jobs, experiments, deployments, comparisons, host
    }

    /// What it and the rules that may lead to it, at once or along others, are replayed on.
    package var histories: Set<History> {
        var causes: Set<AlertRule> = [self]
        var edge = causes
        while !edge.isEmpty {
            edge = Set(Self.allCases.filter { rule in edge.contains { rule.leads(to: $0) } }).subtracting(causes)
            causes.formUnion(edge)
        }
        return Set(causes.map(\.history))
    }

    /// What it is replayed on by itself.
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
