import MartletCore
import MartletMonitoring
import MartletServer

/// What alerts look at, as Prometheus reads it.
struct AlertSamples {
    private let facts: AlertFacts
    private let now: EventTime

    /// Takes what was known at `now`.
    init(_ facts: AlertFacts, at now: EventTime) {
        self.facts = facts
        self.now = now
    }

    /// All figures.
    var all: [MetricSample] { self.facts.data.flatMap(self.samples) + self.host + self.budgets }

    private func samples(_ fact: DataFact) -> [MetricSample] {
        let labels = [("subject", fact.subject)]
        return [
            fact.age(at: self.now)
                .map { age in
                    MetricSample(
                        "martlet_data_age_seconds",
                        "Time since there was something new, or since the last success where a schedule is promised.",
                        labels: labels,
                        value: age.seconds
                    )
                },
            fact.ageLimit
                .map { limit in
                    MetricSample(
                        "martlet_data_age_limit_seconds",
                        "How old the data may be.",
                        labels: labels,
                        value: limit.seconds
                    )
                },
            fact.standing
                .map { standing in
                    MetricSample(
                        "martlet_collection_failed",
                        "Whether the last try failed or was refused.",
                        labels: labels,
                        value: standing.last.outcome.isSuccess ? 0 : 1
                    )
                },
        ]
        .compactMap(\.self)
    }

    private var host: [MetricSample] {
        [
            self.facts.host.memory.map {
                MetricSample("martlet_memory_used_share", "Used share of the host's memory.", value: $0)
            },
            self.facts.host.processor.map {
                MetricSample("martlet_cpu_used_share", "Used share of the host's processors.", value: $0)
            },
        ]
        .compactMap(\.self)
    }

    private var budgets: [MetricSample] {
        self.facts.budgets.flatMap { budgets in
            [("errors", budgets.errors), ("latency", budgets.latency)]
                .flatMap { kind, budget in
                    BurnRule.windows.compactMap { window in
                        budget.rate(over: window)
                            .map { rate in
                                MetricSample(
                                    "martlet_budget_burn_rate",
                                    "How many times as fast as it lasts a budget of 30 days is used up.",
                                    labels: [
                                        ("endpoint", budgets.endpoint), ("budget", kind), ("window", window.shortText),
                                    ],
                                    value: rate
                                )
                            }
                    }
                }
        }
    }
}
