package import MartletCore
import MartletTracking

/// What `releases/*.yaml` says: how a new version comes to an endpoint.
package struct ReleasePlan: Sendable, Hashable, Codable {
    package var name: String
    package var endpoint: String
    package var description: String?
    package var strategy: ReleaseStrategy
    /// Growing shares; the last is 10,000.
    package var steps: [ReleaseStep]
    package var gates: ReleaseGates
    package var health: ReleaseHealth
    /// How long blue stays loaded after green took everything.
    package var standby: TimeSpan
    /// How long a step may stay undecided before the release goes back.
    package var patience: TimeSpan
    package var approval: ReleaseApproval
    package var checklist: ReleaseChecklistRules
    /// The comparison that comes first, when the plan has one.
    package var experiment: ExperimentPlan?

    /// Holds a plan; the standard one is blue/green with a watch of 5 minutes and a standby of 24 hours.
    package init(
        name: String,
        endpoint: String,
        description: String? = nil,
        strategy: ReleaseStrategy = .blueGreen,
        steps: [ReleaseStep]? = nil,
        gates: ReleaseGates = ReleaseGates(),
        health: ReleaseHealth = ReleaseHealth(),
        standby: TimeSpan = .days(1),
        patience: TimeSpan = .days(1),
        approval: ReleaseApproval = .automatic,
        checklist: ReleaseChecklistRules = ReleaseChecklistRules(),
        experiment: ExperimentPlan? = nil
    ) {
        self.name = name
        self.endpoint = endpoint
        self.description = description
        self.strategy = strategy
        self.steps = steps ?? strategy.standardSteps
        self.gates = gates
        self.health = health
        self.standby = standby
        self.patience = patience
        self.approval = approval
        self.checklist = checklist
        self.experiment = experiment
    }
}

extension ReleasePlan: DocumentObject {
    package init(from reader: ObjectReader) {
        let strategy = reader.value(
            "strategy",
            default: ReleaseStrategy.blueGreen,
            "How traffic moves: a smoke step and then all, a few steps, or many equal ones.",
            documentedDefault: "blue-green"
        )
        self.init(
            name: reader.required("name", String.self, "The name of the plan."),
            endpoint: reader.required("endpoint", String.self, "The endpoint whose version changes."),
            description: reader.optional("description", String.self, "What the plan is for."),
            strategy: strategy,
            steps: reader.optional(
                "steps",
                [ReleaseStep].self,
                "Growing shares, the last 100; by default those of the strategy."
            ),
            gates: reader.value("gates", default: ReleaseGates(), "What the new version must keep."),
            health: reader.value("health", default: ReleaseHealth(), "What it must do before it takes traffic."),
            standby: reader.value(
                "standby",
                default: .days(1),
                "How long the old version stays loaded, and the new one is watched.",
                documentedDefault: "24h"
            ),
            patience: reader.value(
                "patience",
                default: .days(1),
                "How long a step may stay undecided before the release goes back.",
                documentedDefault: "24h"
            ),
            approval: reader.value(
                "approval",
                default: .automatic,
                "Whether a person is asked before the last step.",
                documentedDefault: "automatic"
            ),
            checklist: reader.value("checklist", default: ReleaseChecklistRules(), "What must be so before a start."),
            experiment: reader.optional("experiment", ExperimentPlan.self, "A comparison on live traffic.")
        )
        self.check(reader)
    }

    private func check(_ reader: ObjectReader) {
        let weights = self.steps.map(\.weight)
        if weights.last != 10_000 || zip(weights, weights.dropFirst()).contains(where: { $0 >= $1 }) {
            reader.report(.documentInvalidValue, "steps must grow, and the last must be 100", at: "steps")
        }
        if self.steps.contains(where: { $0.hold > self.patience }) {
            reader.report(
                .documentInvalidValue,
                "patience is \(self.patience), shorter than the hold of a step",
                at: "patience"
            )
        }
    }
}

extension ReleasePlan {
    /// The name of the rules: equal plans have an equal one.
    package var policyHash: ContentHash {
        get throws(TrackingError) {
            do {
                return ContentHash(of: try JSONValue(encoding: self).canonicalText)
            } catch {
                throw TrackingError(
                    .releaseInvalid,
                    "the plan '\(self.name)' cannot be written down",
                    underlying: error
                )
            }
        }
    }
}
