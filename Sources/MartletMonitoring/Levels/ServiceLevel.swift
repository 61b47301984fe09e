package import MartletCore

/// One promise, and how it is kept.
package struct ServiceLevel: Sendable, Hashable {
    /// What is promised.
    package enum Objective: String, Sendable, Hashable, Codable, CaseIterable {
        /// The share of requests that take longer than the 95th percentile that is promised.
        case latency = "latency_p95"
        case errors = "error_rate"
        case modelError = "model_error_growth"
        case collection = "collection_success"
        case training = "training_time"
        case downtime = "deploy_downtime"
        case experiment = "experiment_length"
    }

    /// What a figure is measured in.
    package enum Unit: String, Sendable, Hashable, Codable {
        case share, seconds
    }

    package let objective: Objective
    /// What it is about, such as `endpoint:rent`.
    package let subject: String
    package let unit: Unit
    /// The figure that is promised.
    package let promised: Double
    /// The figure from which somebody is told; `nil` when the promise itself is.
    package let alert: Double?
    /// The figure now; `nil` when nothing is known.
    package let present: Double?
    /// Whether a greater figure is better.
    package let isLowerLimit: Bool
    /// What may go wrong in 30 days; `nil` where a promise has no budget.
    package let budget: ErrorBudget?

    /// Whether the promise is kept; `nil` when nothing is known.
    package var isKept: Bool? {
        self.present.map { self.isLowerLimit ? $0 >= self.promised : $0 <= self.promised }
    }

    init(
        _ objective: Objective,
        of subject: String,
        _ unit: Unit,
        promised: Double,
        alert: Double? = nil,
        present: Double?,
        isLowerLimit: Bool = false,
        budget: ErrorBudget? = nil
    ) {
        self.objective = objective
        self.subject = subject
        self.unit = unit
        self.promised = promised
        self.alert = alert
        self.present = present
        self.isLowerLimit = isLowerLimit
        self.budget = budget
    }

    /// The promise with stable keys.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "objective": .string(self.objective.rawValue), "subject": .string(self.subject),
            "unit": .string(self.unit.rawValue), "promised": .number(self.promised),
            "alert": self.alert.map(JSONValue.number) ?? .null,
            "present": self.present.map(JSONValue.number) ?? .null,
            "kept": self.isKept.map(JSONValue.boolean) ?? .null,
        ]
        if let budget = self.budget {
            let windows = BurnRule.windows + [BurnRule.period]
            members["budget"] = .object([
                "allowed": .number(budget.allowedShare), "left": .number(budget.left),
                "asked": .integer(Int64(budget.period.total)), "failed": .integer(Int64(budget.period.bad)),
                "burn_rates": .object(
                    Dictionary(
                        windows.compactMap { window in budget.rate(over: window).map { (window.shortText, .number($0)) }
                        },
                        uniquingKeysWith: { first, _ in first }
                    )
                ), "burning": budget.burning.map { .string($0.rule.rawValue) } ?? .null,
            ])
        }
        return .object(members)
    }
}

extension TimeSpan {
    /// Such as `6h`, also where a greater unit fits but says less.
    package var shortText: String { self == .days(1) ? "24h" : self.description }
}
