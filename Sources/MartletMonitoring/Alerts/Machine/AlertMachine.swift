package import MartletCore

/// When alerts begin, are told again and end; a pure function of what is known and what is found.
///
/// An alert is told once, however often it is found; again when it became worse, and when nobody took it on in its reaction
/// time; and when it is over, which it is after some calm minutes. One whose cause comes to light later stays the alert that
/// it was, and names the cause. It waits for as long as a silence covers it, as quiet hours hold and it is of
/// P2 or P3, and as another of its group was told shortly before, unless it is worse than that or of P0; if it is still
/// there then, it is told.
package struct AlertMachine: Sendable, Hashable {
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
        _ timing: AlertTiming = AlertTiming(),
        at now: EventTime
    ) -> [AlertTransition] {
        // What was told before this step: alerts that are told in it are told together.
        let told = Dictionary(grouping: self.open.values.filter { $0.toldAt != nil }) { $0.group }
        var found: Set<String> = []
        for finding in findings {
            let key = self.key(of: finding)
            var alert = self.open[key] ?? Alert(finding, at: now)
            alert.update(finding, at: now)
            if alert.phase == .pending, now >= alert.firstFoundAt + finding.holds { alert.phase = .firing }
            self.open[key] = alert
            found.insert(key)
        }
        var transitions: [AlertTransition] = []
        for (key, alert) in self.open.sorted(by: { $0.key < $1.key }) {
            let transition: AlertTransition?
            if found.contains(key) {
                let isHeld =
                    silences.contains { $0.covers(alert, at: now) } || timing.isQuiet(for: alert.priority, at: now)
                transition =
                    isHeld || alert.phase != .firing
                    ? nil : self.tell(alert, after: told[alert.group] ?? [], timing, at: now)
            } else {
                transition = self.end(alert, timing, at: now)
            }
            if let transition { transitions.append(transition) }
        }
        return transitions
    }

    /// The alert that a finding belongs to: its own, or the first of those it stands for that somebody was told of.
    func key(of finding: AlertFinding) -> String {
        if self.open[finding.key]?.toldAt != nil { return finding.key }
        return finding.members.sorted().first { self.open[$0]?.toldAt != nil } ?? finding.key
    }

    private mutating func end(_ alert: Alert, _ timing: AlertTiming, at now: EventTime) -> AlertTransition? {
        guard alert.phase == .firing else {
            self.open[alert.key] = nil
            return nil
        }
        let over = alert.lastFoundAt + timing.calm
        guard now >= over else { return nil }
        // The end of what was told waits for the morning too.
        if alert.toldAt != nil, timing.isQuiet(for: alert.priority, at: now) { return nil }
        var alert = alert
        alert.phase = .resolved
        alert.resolvedAt = now
        self.open[alert.key] = nil
        return alert.toldAt == nil ? nil : AlertTransition(kind: .resolved, alert: alert)
    }

    private mutating func tell(
        _ alert: Alert,
        after others: [Alert],
        _ timing: AlertTiming,
        at now: EventTime
    ) -> AlertTransition? {
        var alert = alert
        guard let told = alert.toldAt else {
            if alert.priority != .p0, let last = others.compactMap(\.toldAt).max(), now < last + timing.groupWindow,
                others.contains(where: { $0.priority <= alert.priority })
            {
                return nil
            }
            (alert.toldAt, alert.toldPriority) = (now, alert.priority)
            alert.keepRemarks(of: .fired)
            self.open[alert.key] = alert
            return AlertTransition(kind: .fired, alert: alert)
        }
        if let before = alert.toldPriority, alert.priority < before {
            (alert.worsenedAt, alert.toldPriority) = (now, alert.priority)
            alert.keepRemarks(of: .escalated)
            self.open[alert.key] = alert
            return AlertTransition(kind: .escalated, alert: alert)
        }
        let since = alert.worsenedAt ?? told
        let isEscalated = alert.escalatedAt.map { $0 >= since } ?? false
        guard let reaction = timing.reactions[alert.priority], alert.acknowledgement == nil, !isEscalated,
            now >= since + reaction
        else { return nil }
        alert.escalatedAt = now
        alert.keepRemarks(of: .escalated)
        self.open[alert.key] = alert
        return AlertTransition(kind: .escalated, alert: alert)
    }
}

extension AlertPriority: Comparable {
    package static func < (lhs: AlertPriority, rhs: AlertPriority) -> Bool { lhs.rawValue < rhs.rawValue }
}
