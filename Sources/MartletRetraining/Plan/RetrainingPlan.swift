package import MartletCore

/// One file in `retraining/`: when a recipe is trained again, and what follows.
package struct RetrainingPlan: Sendable {
    /// What happens by itself.
    package enum Autonomy: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// Nothing; a person starts each training.
        case never
        /// A training starts when it is due; its version waits in Staging for approval.
        case toStaging = "to-staging"
        /// The version also takes part in the experiment of the release plan.
        case toExperiment = "to-ab"
        /// The version is also released; a person lets it take the last step.
        case toProduction = "to-production-with-approval"

        /// Whether the traffic of an endpoint is changed.
        package var changesTraffic: Bool { self == .toExperiment || self == .toProduction }
    }

    /// What must hold beside a trigger.
    package enum Rule: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// A back-test must prove that training is worth it.
        case gain
        /// The trigger is enough.
        case threshold
    }

    package let name: String
    package let description: String
    package let recipe: Located<String>
    /// The label table that says how much is new and how well the present version does.
    package let labels: Located<String>
    /// The plan by which a new version comes to its endpoint.
    package let release: Located<String>?
    package let autonomy: Autonomy
    package let policy: RetrainingPolicy
    package let backTest: BackTestPlan
}

/// The numbers by which it is decided whether to train.
package struct RetrainingPolicy: Sendable, Hashable, Codable {
    package var triggers: RetrainingTriggers
    package var rule: RetrainingPlan.Rule
    /// The relative gain that must be exceeded, with the level of the back-test's interval.
    package var gainMinimum: Double
    /// The time after a training in which none starts by itself.
    package var coolDown: TimeSpan
    /// The most trainings of one calendar month, in UTC.
    package var monthlyRuns: Int
    /// The most time that the trainings of one calendar month may take.
    package var monthlyTime: TimeSpan

    private enum CodingKeys: String, CodingKey {
        case triggers, rule
        case gainMinimum = "min_gain"
        case coolDown = "cooldown"
        case monthlyRuns = "budget_runs"
        case monthlyTime = "budget_time"
    }

    /// Holds numbers; by default new labels of more than 10 % and a proven gain, at most one training a day, ten a month.
    package init(
        triggers: RetrainingTriggers = RetrainingTriggers(volume: 0.1),
        rule: RetrainingPlan.Rule = .gain,
        gainMinimum: Double = 0,
        coolDown: TimeSpan = .days(1),
        monthlyRuns: Int = 10,
        monthlyTime: TimeSpan = .seconds(36_000)
    ) {
        self.triggers = triggers
        self.rule = rule
        self.gainMinimum = gainMinimum
        self.coolDown = coolDown
        self.monthlyRuns = monthlyRuns
        self.monthlyTime = monthlyTime
    }
}

/// What may make a training due; each that is `nil` is not looked at.
package struct RetrainingTriggers: Sendable, Hashable, Codable {
    /// New labels as a share of the rows of the last training.
    package var volume: Double?
    /// The age of the last training.
    package var age: TimeSpan?
    /// A measure of drift, such as a population stability index.
    package var drift: Double?
    /// How much greater the loss is than it was when the version was tested, as a share.
    package var loss: Double?

    /// Holds limits.
    package init(volume: Double? = nil, age: TimeSpan? = nil, drift: Double? = nil, loss: Double? = nil) {
        self.volume = volume
        self.age = age
        self.drift = drift
        self.loss = loss
    }
}

/// How the back-test is made cheap.
package struct BackTestPlan: Sendable, Hashable, Codable {
    /// The share of the present version's newest labelled predictions that is predicted again.
    package var holdOut: Double
    /// The most rows the candidate learns from, the newest first.
    package var rows: Int
    /// The most trees.
    package var rounds: Int
    /// The fewest predictions that are compared.
    package var comparedMinimum: Int
    /// One minus the level of the interval.
    package var alpha: Double

    /// Holds numbers.
    package init(
        holdOut: Double = 0.25,
        rows: Int = 20_000,
        rounds: Int = 50,
        comparedMinimum: Int = 50,
        alpha: Double = 0.05
    ) {
        self.holdOut = holdOut
        self.rows = rows
        self.rounds = rounds
        self.comparedMinimum = comparedMinimum
        self.alpha = alpha
    }
}
