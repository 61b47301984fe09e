package import MartletCore

/// Something wrong at this moment, by a rule.
package struct AlertFinding: Sendable, Hashable {
    /// The rule, such as `RequestsFail`.
    package let rule: String
    /// What it is about, such as `endpoint:rent`.
    package let subject: String
    package var priority: AlertPriority
    /// One line, with the figures.
    package var summaryRemark: Remark
    /// The line as it reads for one endpoint, where it says what that endpoint has to do with it.
    package var summaryRemarks: [String: Remark] = [:]
    /// What led to it, the nearest cause first; empty when nothing is known.
    package var causeRemarks: [Remark]
    /// What else came of the same cause, one line each; empty when nothing is known.
    package var consequenceRemarks: [Remark] = []
    /// The keys of all findings that it stands for, its own first.
    package var members: [String]
    /// The endpoints that it is about or that suffer from it, in the order of names.
    package var endpoints: [String]
    /// What to look at and what to do.
    package let runbook: String
    /// How long it must be so before somebody is told.
    package var holds: TimeSpan

    /// Describes what is wrong.
    package init(
        _ rule: String,
        about subject: String,
        _ priority: AlertPriority,
        summary: Remark,
        causes: [Remark] = [],
        runbook: String,
        holds: TimeSpan
    ) {
        self.rule = rule
        self.subject = subject
        self.priority = priority
        self.summaryRemark = summary
        self.causeRemarks = causes
        self.members = ["\(rule)/\(subject)"]
        self.endpoints = subject.hasPrefix("endpoint:") ? [String(subject.dropFirst("endpoint:".count))] : []
        self.runbook = runbook
        self.holds = holds
    }

    /// Describes what is wrong by `rule`, with what the rule itself says.
    package init(_ rule: AlertRule, about subject: String, summary: Remark, causes: [Remark] = []) {
        self.init(
            rule.rawValue,
            about: subject,
            rule.priority,
            summary: summary,
            causes: causes,
            runbook: rule.runbook,
            holds: rule.holds
        )
    }

    /// One line, with the figures, in English.
    package var summary: String { self.summaryRemark.text }

    /// What led to it in English, the nearest cause first.
    package var causes: [String] { self.causeRemarks.map(\.text) }

    /// What else came of the same cause in English, one line each.
    package var consequences: [String] { self.consequenceRemarks.map(\.text) }

    /// The line as it reads for `endpoint`.
    func summary(for endpoint: String?) -> Remark {
        endpoint.flatMap { self.summaryRemarks[$0] } ?? self.summaryRemark
    }

    /// All rules that it stands for, its own first.
    package var rules: [String] {
        var rules: [String] = []
        for rule in self.members.map({ String($0.prefix { $0 != "/" }) }) where !rules.contains(rule) {
            rules.append(rule)
        }
        return rules
    }

    /// The same rule about the same thing is one alert, however often it is found.
    package var key: String { "\(self.rule)/\(self.subject)" }
}
