package import MartletCore

extension RetrainingPlan: DocumentObject {
    package init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The name of the plan.")
        self.description = reader.value("description", default: "", "What the plan is for.")
        self.recipe = reader.required("recipe", Located<String>.self, "The recipe that is trained again.")
        self.labels = reader.required(
            "labels",
            Located<String>.self,
            "The labels that say how much is new and how well the present version does."
        )
        self.release = reader.optional(
            "release",
            Located<String>.self,
            "The release plan of to-ab and to-production-with-approval."
        )
        self.autonomy = reader.value(
            "auto",
            default: .never,
            "What happens by itself: nothing, a training, an experiment, or a release that a person lets go on.",
            documentedDefault: "never"
        )
        self.policy = RetrainingPolicy(from: reader)
        self.backTest = reader.value("back_test", default: BackTestPlan(), "How the gain is estimated beforehand.")
        if self.autonomy.changesTraffic, self.release == nil {
            reader.report(
                .documentMissingKey,
                "auto: \(self.autonomy.rawValue) needs a 'release': the plan by which a version comes to its endpoint",
                at: "auto"
            )
        }
    }
}

extension RetrainingPolicy {
    fileprivate init(from reader: ObjectReader) {
        let standard = RetrainingPolicy()
        let budget = reader.value("budget", default: RetrainingBudget(), "What one calendar month may cost.")
        self.init(
            triggers: reader.value("triggers", default: standard.triggers, "What may make a training due."),
            rule: reader.value(
                "rule",
                default: standard.rule,
                "Whether a back-test must prove the gain, or the trigger is enough.",
                documentedDefault: "gain"
            ),
            gainMinimum: reader.value(
                "min_gain",
                default: standard.gainMinimum,
                "The relative gain that the back-test's interval must lie above.",
                documentedDefault: 0
            ),
            coolDown: reader.value(
                "cooldown",
                default: standard.coolDown,
                "The time after a training in which none starts by itself.",
                documentedDefault: "1d"
            ),
            monthlyRuns: budget.runs,
            monthlyTime: budget.time
        )
        if !(0..<1).contains(self.gainMinimum) {
            reader.report(.documentInvalidValue, "min_gain must be 0 or more and below 1", at: "min_gain")
        }
    }
}

/// The keys of `budget`.
struct RetrainingBudget: DocumentObject {
    let runs: Int
    let time: TimeSpan

    init() {
        let standard = RetrainingPolicy()
        (self.runs, self.time) = (standard.monthlyRuns, standard.monthlyTime)
    }

    init(from reader: ObjectReader) {
        let standard = RetrainingPolicy()
        self.runs = reader.value(
            "runs",
            default: standard.monthlyRuns,
            "The most trainings of a month.",
            documentedDefault: 10
        )
        self.time = reader.value(
            "time",
            default: standard.monthlyTime,
            "The most time that the trainings of a month may take.",
            documentedDefault: "10h"
        )
        if self.runs < 1 { reader.report(.documentInvalidValue, "runs must be 1 or more", at: "runs") }
        if self.time.microseconds <= 0 {
            reader.report(.documentInvalidValue, "time must be longer than 0s", at: "time")
        }
    }
}

extension RetrainingTriggers: DocumentObject {
    package init(from reader: ObjectReader) {
        self.init(
            volume: reader.optional(
                "volume",
                Double.self,
                "New labels as a share of the rows of the last training, such as 0.1."
            ),
            age: reader.optional("age", TimeSpan.self, "The age of the last training, such as 7d."),
            drift: reader.optional(
                "drift",
                Double.self,
                "A measure of drift, given by --drift, such as 0.2 for a population stability index."
            ),
            loss: reader.optional(
                "loss",
                Double.self,
                "How much greater the loss is than in the test of the version, as a share, such as 0.2."
            )
        )
        let limits = [("volume", self.volume), ("drift", self.drift), ("loss", self.loss)]
        for (key, limit) in limits where limit.map({ $0 <= 0 }) ?? false {
            reader.report(.documentInvalidValue, "\(key) must be above 0", at: key)
        }
        if self == RetrainingTriggers() {
            reader.report(.documentMissingKey, "name at least one of 'volume', 'age', 'drift' and 'loss'")
        }
    }
}

extension BackTestPlan: DocumentObject {
    package init(from reader: ObjectReader) {
        let standard = BackTestPlan()
        self.init(
            holdOut: reader.value(
                "hold_out",
                default: standard.holdOut,
                "The share of the present version's newest labelled predictions that is predicted again.",
                documentedDefault: 0.25
            ),
            rows: reader.value(
                "rows",
                default: standard.rows,
                "The most rows the candidate learns from, the newest first.",
                documentedDefault: 20_000
            ),
            rounds: reader.value("rounds", default: standard.rounds, "The most trees.", documentedDefault: 50),
            comparedMinimum: reader.value(
                "min_compared",
                default: standard.comparedMinimum,
                "The fewest predictions that are compared.",
                documentedDefault: 50
            ),
            alpha: reader.value(
                "alpha",
                default: standard.alpha,
                "One minus the level of the interval.",
                documentedDefault: 0.05
            )
        )
        if !(0.01...0.9).contains(self.holdOut) {
            reader.report(.documentInvalidValue, "hold_out must be 0.01 to 0.9", at: "hold_out")
        }
        if !(0.0001...0.5).contains(self.alpha) {
            reader.report(.documentInvalidValue, "alpha must be 0.0001 to 0.5", at: "alpha")
        }
        for (key, value, least) in [
            ("rows", self.rows, 20), ("rounds", self.rounds, 1), ("min_compared", self.comparedMinimum, 2),
        ] where value < least {
            reader.report(.documentInvalidValue, "\(key) must be \(least) or more", at: key)
        }
    }
}
