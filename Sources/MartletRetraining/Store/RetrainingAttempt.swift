import Foundation
package import MartletCore
package import MartletTracking

/// One training that a plan began.
package struct RetrainingAttempt: Sendable, Hashable, Codable {
    /// How far it is.
    package enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        case started
        /// A version was registered.
        case registered
        /// It was trained, and nothing was good enough to be registered.
        case refused
        /// It could not be trained; the same rows may be tried again.
        case failed
    }

    package var id: String
    package var plan: String
    package var recipe: String
    /// Names the rows it trained on.
    package var dataHash: ContentHash
    package var recipeHash: ContentHash
    /// Labels known at its start.
    package var labels: Int
    package var startedBy: Attribution
    /// Names the process, so that another one can tell whether it still runs.
    package var process: String
    /// Until when its process is trusted to be at work; `nil` when the training is over, and where none was kept.
    package var leaseUntil: EventTime?
    package var status: Status
    package var endedAt: EventTime?
    /// The rows it learned from, and was judged by.
    package var rows: Int?
    /// What was registered.
    package var version: ModelVersionID?
    /// What came of it, in a sentence.
    package var outcome: String?
    /// What follows by itself, when the plan lets anything follow.
    package var followUp: FollowUp?
    /// Names the step of a job that began it; a later start of the step knows by it that the earlier one is over.
    package var effect: String?

    private enum CodingKeys: String, CodingKey {
        case id, plan, recipe, labels, process, status, rows, version, outcome, effect
        case followUp = "follow_up"
        case dataHash = "data_hash"
        case recipeHash = "recipe_hash"
        case startedBy = "started_by"
        case endedAt = "ended_at"
        case leaseUntil = "lease_until"
    }

    /// Describes a training that begins.
    package init(
        id: String,
        plan: String,
        recipe: String,
        dataHash: ContentHash,
        recipeHash: ContentHash,
        labels: Int,
        startedBy author: Attribution,
        process: String,
        leaseUntil: EventTime? = nil,
        effect: String? = nil
    ) {
        self.id = id
        self.plan = plan
        self.recipe = recipe
        self.dataHash = dataHash
        self.recipeHash = recipeHash
        self.labels = labels
        self.startedBy = author
        self.process = process
        self.leaseUntil = leaseUntil
        self.effect = effect
        self.status = .started
    }

    /// Ends it.
    package mutating func end(
        _ status: Status,
        at moment: EventTime,
        version: ModelVersionID? = nil,
        rows: Int? = nil,
        outcome: String
    ) {
        self.rows = rows
        self.status = status
        self.leaseUntil = nil
        self.endedAt = moment
        self.version = version
        self.outcome = outcome
    }

    /// Whether it is under way and its process gave no sign for as long as its lease.
    package func isLeaseOver(at now: EventTime) -> Bool {
        self.status == .started && self.leaseUntil.map { $0 <= now } ?? false
    }

    /// How long it took; 0 while it is under way.
    package var seconds: Double {
        self.endedAt.map { Double($0.microseconds - self.startedBy.at.microseconds) / 1_000_000 } ?? 0
    }
}

/// A decision with everything it was made from.
package struct RetrainingRecord: Sendable, Hashable, Codable {
    package var id: String
    package var plan: String
    package var rule: String
    /// The policy and the evidence.
    package var inputs: JSONValue
    package var inputsHash: ContentHash
    package var verdict: String
    package var reasons: [String]
    package var at: EventTime

    private enum CodingKeys: String, CodingKey {
        case id, plan, rule, inputs, verdict, reasons, at
        case inputsHash = "inputs_hash"
    }

    /// Records `decision`; its id and hash follow from its content.
    package init(
        _ decision: RetrainingDecision,
        of plan: RetrainingPlan,
        on evidence: RetrainingEvidence
    ) throws {
        let inputs: JSONValue = .object([
            "auto": .string(plan.autonomy.rawValue), "policy": try JSONValue(encoding: plan.policy),
            "evidence": try JSONValue(encoding: evidence),
        ])
        self.plan = plan.name
        self.rule = RetrainingRule.name
        self.inputs = inputs
        self.inputsHash = ContentHash(of: inputs.canonicalText)
        self.verdict = decision.verdict
        self.reasons = decision.reasons
        self.at = evidence.now
        let parts: JSONValue = [
            .string(plan.name), .string(RetrainingRule.name), .string(self.inputsHash.description),
            .string(decision.verdict), .integer(evidence.now.microseconds),
        ]
        self.id = String(ContentHash(of: parts.canonicalText).description.prefix(20))
    }

    /// Takes a record as a store holds it, right or wrong.
    package init(
        id: String,
        plan: String,
        rule: String,
        inputs: JSONValue,
        inputsHash: ContentHash,
        verdict: String,
        reasons: [String],
        at moment: EventTime
    ) {
        self.id = id
        self.plan = plan
        self.rule = rule
        self.inputs = inputs
        self.inputsHash = inputsHash
        self.verdict = verdict
        self.reasons = reasons
        self.at = moment
    }

    /// Decides once more on what was recorded; another verdict means the record or the rule was changed.
    ///
    /// - Throws: when the inputs are not those of this rule.
    package func decideAgain() throws -> RetrainingDecision {
        struct Inputs: Codable {
            let auto: RetrainingPlan.Autonomy
            let policy: RetrainingPolicy
            let evidence: RetrainingEvidence
        }
        let inputs = try JSONDecoder().decode(Inputs.self, from: Data(self.inputs.canonicalText.utf8))
        return RetrainingRule.decide(inputs.policy, inputs.auto, inputs.evidence)
    }
}
