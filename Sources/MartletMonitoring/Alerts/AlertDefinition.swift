/// Something that somebody is told, as a query over the metrics of `GET /metrics`.
package struct AlertDefinition: Sendable, Hashable {
    /// The name, such as `MartletRequestsFail`.
    package let name: String
    package let priority: AlertPriority
    /// A PromQL expression; every series it returns is an alert.
    package let expression: String
    /// How long it must hold, such as `5m`; `nil` tells at once.
    package let holds: String?
    /// One line; may hold `{{ $labels.endpoint }}`.
    package let summary: String
    /// What to look at and what to do.
    package let runbook: String

    /// Defines an alert.
    package init(
        _ name: String,
        _ priority: AlertPriority,
        when expression: String,
        holds: String?,
        summary: String,
        runbook: String
    ) {
        self.name = name
        self.priority = priority
        self.expression = expression
        self.holds = holds
        self.summary = summary
        self.runbook = runbook
    }
}

/// A query whose result has a name of its own.
package struct RecordedQuery: Sendable, Hashable {
    /// Such as `martlet:error_share:5m`.
    package let name: String
    package let expression: String
}

/// Queries and alerts that belong together.
package struct AlertGroup: Sendable, Hashable {
    package let name: String
    package let recorded: [RecordedQuery]
    package let alerts: [AlertDefinition]
}
