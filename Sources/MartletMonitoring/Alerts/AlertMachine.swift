package import MartletCore

/// What somebody is told of an alert.
package struct AlertTransition: Sendable, Hashable {
    /// What happened to it.
    package enum Kind: String, Sendable, Hashable {
        case fired
        case escalated
        case resolved
    }

    package let kind: Kind
    package let alert: Alert
}

/// When alerts begin, are told again and end; a pure function of what is known and what is found.
///
/// An alert is told once, however often it is found; again when it is of P0 or P1 and nobody took it on in its reaction time; and
/// when it is over, which it is after five calm minutes. A silenced alert is told when the silence ends, if it is still there.
package struct AlertMachine: Sendable, Hashable {
    /// How long nothing must be found before an alert is over.
    package static let calm = TimeSpan.seconds(300)

    /// The alerts that are not over, by key.
    package private(set) var open: [String: Alert]

    /// Goes on with `open`.
    package init(open: [Alert]) {
        self.open = Dictionary(open.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// Takes in all that is found at `now`; what is not found counts as right.
    ///
    /// - Returns: what somebody is told, in the order of keys. An alert that is over is no longer in ``open``.
    package mutating func step(
        _ findings: [AlertFinding],
        silences: [AlertSilence],
        at now: EventTime
    ) -> [AlertTransition] {
        for finding in findings {
            var alert = self.open[finding.key] ?? Alert(finding, at: now)
            // A worse priority is taken on; a better one would hide how bad it was.
            if finding.priority < alert.priority { alert.priority = finding.priority }
            (alert.summary, alert.causes) = (finding.summary, finding.causes)
            alert.runbook = finding.runbook
            alert.lastFoundAt = now
            if alert.phase == .pending, now >= alert.firstFoundAt + finding.holds { alert.phase = .firing }
            self.open[finding.key] = alert
        }
        let found = Set(findings.map(\.key))
        var transitions: [AlertTransition] = []
        for (key, alert) in self.open.sorted(by: { $0.key < $1.key }) {
            let isSilent = silences.contains { $0.covers(alert, at: now) }
            if let transition = self.advance(alert, isFound: found.contains(key), isSilent: isSilent, at: now) {
                transitions.append(transition)
            }
        }
        return transitions
    }

    private mutating func advance(
        _ alert: Alert,
        isFound: Bool,
        isSilent: Bool,
        at now: EventTime
    ) -> AlertTransition? {
        var alert = alert
        if !isFound {
            guard alert.phase == .firing else {
                self.open[alert.key] = nil
                return nil
            }
            guard now >= alert.lastFoundAt + Self.calm else { return nil }
            alert.phase = .resolved
            alert.resolvedAt = now
            self.open[alert.key] = nil
            return alert.toldAt == nil ? nil : AlertTransition(kind: .resolved, alert: alert)
        }
        guard alert.phase == .firing, !isSilent else { return nil }
        if alert.toldAt == nil {
            alert.toldAt = now
            self.open[alert.key] = alert
            return AlertTransition(kind: .fired, alert: alert)
        }
        if let told = alert.toldAt, let reaction = alert.priority.escalation, alert.acknowledgement == nil,
            alert.escalatedAt == nil, now >= told + reaction
        {
            alert.escalatedAt = now
            self.open[alert.key] = alert
            return AlertTransition(kind: .escalated, alert: alert)
        }
        return nil
    }
}

extension AlertPriority: Comparable {
    package static func < (lhs: AlertPriority, rhs: AlertPriority) -> Bool { lhs.rawValue < rhs.rawValue }

    /// After how long an alert that nobody took on is told again; `nil` never.
    package var escalation: TimeSpan? {
        switch self {
        case .p0: .seconds(15 * 60)
        case .p1: .seconds(3_600)
        case .p2, .p3: nil
        }
    }
}
