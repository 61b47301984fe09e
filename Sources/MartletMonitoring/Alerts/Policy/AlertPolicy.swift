package import MartletCore

/// What `slo.yaml` says: what is promised, what somebody is told of it, and when.
///
/// Without the file the defaults hold.
package struct AlertPolicy: Sendable {
    /// What the file says of promises; see ``objectives(over:)``.
    package let settings: ObjectiveSettings
    /// How old data may be, by source or feature view.
    package let freshness: [String: TimeSpan]
    /// Where their names stand, for checks that need other files.
    package let freshnessLocations: [String: SourceLocation]
    package let timing: AlertTiming
    /// Rules that are off or have another priority.
    package let rules: [AlertRule: RuleSetting]
    /// Who is told.
    package let routing: AlertRouting
    /// What is done by itself.
    package let actions: AlertActions

    /// What holds without the file.
    package static var standard: AlertPolicy { .placeholder }

    /// What is promised: what the file says, and `base` for the rest.
    package func objectives(over base: ServiceObjectives) -> ServiceObjectives { self.settings.applied(to: base) }

    /// Leaves out what is off and gives the rest the priorities that the file wants.
    package func applied(to findings: [AlertFinding]) -> [AlertFinding] {
        findings.compactMap { finding in
            guard let rule = AlertRule(rawValue: finding.rule) else { return finding }
            switch self.rules[rule] {
            case nil: return finding
            case .off: return nil
            case .priority(let priority):
                var finding = finding
                finding.priority = priority
                return finding
            }
        }
    }
}

/// What `rules:` says of one rule.
package enum RuleSetting: Sendable, Hashable {
    /// Nobody is told, and it is nobody's cause.
    case off
    case priority(AlertPriority)
}

extension RuleSetting: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> RuleSetting {
        let words = ["off"] + AlertPriority.allCases.map(\.rawValue)
        if case .scalar(let text, _) = document.content {
            if text == "off" { return .off }
            if let priority = AlertPriority(rawValue: text) { return .priority(priority) }
        }
        document.reject("one of \(words.map { "'\($0)'" }.joined(separator: ", "))", in: context)
        return self.placeholder
    }

    package static var placeholder: RuleSetting { .off }
    package static var schema: JSONValue { ["enum": ["off", "P0", "P1", "P2", "P3"]] }
}

/// The keys of `grouping`.
struct AlertGrouping: DocumentObject {
    let window: TimeSpan

    init(from reader: ObjectReader) {
        self.window = reader.value(
            "window",
            default: AlertTiming().groupWindow,
            "How long after one alert about an endpoint others about it wait, to be told together; 0s: not at all.",
            documentedDefault: "5m"
        )
    }
}

extension AlertPolicy: DocumentObject {
    package init(from reader: ObjectReader) {
        self.settings = reader.value("objectives", default: ObjectiveSettings(), "What is promised.")
        let freshness = reader.value(
            "freshness",
            default: NamedItems<TimeSpan>([]),
            "How old the data may be, by the name of a source or feature view; by default two ticks of its pipeline."
        )
        self.freshness = Dictionary(freshness.entries.map { ($0.name, $0.value) }) { first, _ in first }
        self.freshnessLocations = Dictionary(freshness.entries.map { ($0.name, $0.location) }) { first, _ in first }
        for entry in freshness.entries where entry.value.microseconds <= 0 {
            reader.report(.documentInvalidValue, "\(entry.name) must be longer than 0s", at: "freshness")
        }
        var timing = AlertTiming()
        timing.quietHours = reader.optional("quiet_hours", QuietHours.self, "When alerts of P2 and P3 wait.")
        if let grouping = reader.optional("grouping", AlertGrouping.self, "What is told together.") {
            timing.groupWindow = grouping.window
        }
        timing.calm = reader.value(
            "calm",
            default: timing.calm,
            "How long nothing must be found before an alert is over.",
            documentedDefault: "5m"
        )
        if timing.calm.microseconds < 0 {
            reader.report(.documentInvalidValue, "calm must be 0s or more", at: "calm")
        }
        let reactions = reader.value(
            "priorities",
            default: NamedItems<TimeSpan>([]),
            "The time in which an alert of P0 to P3 must be taken on; later it is told again. 0s: never again."
        )
        for entry in reactions.entries {
            guard let priority = AlertPriority(rawValue: entry.name) else {
                let names = AlertPriority.allCases.map(\.rawValue).joined(separator: ", ")
                reader.report(
                    .documentUnknownKey,
                    "unknown priority '\(entry.name)'; priorities are \(names)",
                    at: "priorities"
                )
                continue
            }
            timing.reactions[priority] = entry.value.microseconds == 0 ? nil : entry.value
        }
        self.timing = timing
        self.rules = Self.rules(reader)
        self.routing = AlertRouting(from: reader)
        self.actions = AlertActions(from: reader)
    }

    private static func rules(_ reader: ObjectReader) -> [AlertRule: RuleSetting] {
        let entries =
            reader.value(
                "rules",
                default: NamedItems<RuleSetting>([]),
                "Rules that are off or have another priority, by name: off, P0, P1, P2 or P3."
            )
            .entries
        var rules: [AlertRule: RuleSetting] = [:]
        let names = AlertRule.allCases.map(\.rawValue)
        for entry in entries {
            guard let rule = AlertRule(rawValue: entry.name) else {
                let hint = NearestName.suggestion(entry.name, among: names)
                reader.report(
                    .documentUnknownKey,
                    "unknown rule '\(entry.name)'."
                        + (hint.isEmpty ? " Rules: \(names.sorted().joined(separator: ", "))." : hint),
                    at: "rules"
                )
                continue
            }
            rules[rule] = entry.value
        }
        return rules
    }
}
