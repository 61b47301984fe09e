package import MartletCore

/// Something wrong at this moment, by a rule.
package struct AlertFinding: Sendable, Hashable {
    /// The rule, such as `RequestsFail`.
    package let rule: String
    /// What it is about, such as `endpoint:rent`.
    package let subject: String
    package let priority: AlertPriority
    /// One line, with the figures.
    package let summary: String
    /// What led to it, the nearest cause first; empty when nothing is known.
    package let causes: [String]
    /// What to look at and what to do.
    package let runbook: String
    /// How long it must be so before somebody is told.
    package let holds: TimeSpan

    /// Describes what is wrong.
    package init(
        _ rule: String,
        about subject: String,
        _ priority: AlertPriority,
        summary: String,
        causes: [String] = [],
        runbook: String,
        holds: TimeSpan
    ) {
        self.rule = rule
        self.subject = subject
        self.priority = priority
        self.summary = summary
        self.causes = causes
        self.runbook = runbook
        self.holds = holds
    }

    /// The same rule about the same thing is one alert, however often it is found.
    package var key: String { "\(self.rule)/\(self.subject)" }
}
