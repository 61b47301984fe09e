import MartletCore

/// Alert groups as a rule file of Prometheus.
package enum PrometheusRules {
    /// The file's text: YAML that is JSON below its second level, so that no text needs more quoting than JSON's.
    package static func text(_ groups: [AlertGroup]) -> String {
        var text = "# Written by `martlet export prometheus-rules`. Check: promtool check rules FILE\ngroups:\n"
        for group in groups {
            text += "  - name: \(group.name)\n    rules:\n"
            for query in group.recorded {
                text += "      - record: \(Self.quoted(query.name))\n        expr: \(Self.quoted(query.expression))\n"
            }
            for alert in group.alerts {
                text += "      - alert: \(alert.name)\n        expr: \(Self.quoted(alert.expression))\n"
                if let holds = alert.holds { text += "        for: \(holds)\n" }
                text += "        labels:\n          priority: \(alert.priority.rawValue)\n"
                text += "        annotations:\n          summary: \(Self.quoted(alert.summary))\n"
                text += "          runbook: \(Self.quoted(alert.runbook))\n"
                text += "          reaction: \(Self.quoted(alert.priority.reaction))\n"
            }
        }
        return text
    }

    /// A JSON string is a YAML string.
    private static func quoted(_ text: String) -> String {
        var quoted = ""
        JSONValue.quote(text, into: &quoted)
        return quoted
    }
}
