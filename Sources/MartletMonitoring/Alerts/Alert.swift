package import MartletCore

/// Something that is or was wrong, from when it was first found until it is over.
package struct Alert: Sendable, Hashable, Codable {
    /// Where an alert stands.
    package enum Phase: String, Sendable, Hashable, Codable {
        /// Found, but not for long enough yet.
        case pending
        /// Somebody was told, or will be when a silence or quiet hours end.
        case firing
        /// It is over.
        case resolved
    }

    /// A person who took it on.
    package struct Acknowledgement: Sendable, Hashable, Codable {
        package let by: String
        package let at: EventTime

        /// Records who took it on.
        package init(by actor: String, at moment: EventTime) {
            self.by = actor
            self.at = moment
        }
    }

    package let key: String
    package let rule: String
    package let subject: String
    package internal(set) var priority: AlertPriority
    package internal(set) var summary: String
    package internal(set) var causes: [String]
    package internal(set) var runbook: String
    package internal(set) var phase: Phase
    package let firstFoundAt: EventTime
    package internal(set) var lastFoundAt: EventTime
    /// When somebody was told; `nil` while nobody was.
    package internal(set) var toldAt: EventTime?
    /// When it was told again, as nobody took it on in time.
    package internal(set) var escalatedAt: EventTime?
    package internal(set) var acknowledgement: Acknowledgement?
    package internal(set) var resolvedAt: EventTime?

    init(_ finding: AlertFinding, at now: EventTime) {
        self.key = finding.key
        self.rule = finding.rule
        self.subject = finding.subject
        self.priority = finding.priority
        self.summary = finding.summary
        self.causes = finding.causes
        self.runbook = finding.runbook
        self.phase = .pending
        self.firstFoundAt = now
        self.lastFoundAt = now
    }

    /// Notes that somebody took it on; the first who did stays.
    package mutating func acknowledge(by actor: String, at now: EventTime) {
        if self.acknowledgement == nil { self.acknowledgement = Acknowledgement(by: actor, at: now) }
    }

    /// The summary with what led to it: `error +24 % ← area drifted`.
    package var chain: String { ([self.summary] + self.causes).joined(separator: " ← ") }
}

/// A time in which nobody is told of some alerts.
package struct AlertSilence: Sendable, Hashable, Codable {
    package let id: String
    /// A rule, a subject, or both as `rule/subject`; `*` is all.
    package let pattern: String
    package let until: EventTime
    package let by: String
    package let reason: String

    /// Silences what `pattern` names.
    package init(id: String, pattern: String, until: EventTime, by actor: String, reason: String) {
        self.id = id
        self.pattern = pattern
        self.until = until
        self.by = actor
        self.reason = reason
    }

    /// Whether `alert` is silenced at `now`.
    package func covers(_ alert: Alert, at now: EventTime) -> Bool {
        now < self.until && [alert.key, alert.rule, alert.subject, "*"].contains(self.pattern)
    }
}
