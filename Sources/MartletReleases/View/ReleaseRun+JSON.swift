package import MartletCore
import MartletStatistics
package import MartletTracking

extension ReleaseRun {
    /// The run as the API and `--json` show it.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(self.id), "kind": .string(self.kind), "endpoint": .string(self.endpoint),
            "plan": .string(self.plan.name), "phase": .string(self.phase),
            "phase_since": .string(self.phaseSince.description), "is_final": .boolean(self.isFinal),
            "version": .string(self.new.version.description), "before": .string(self.old.version.description),
            "unit": .string(self.new.id.description), "policy": .string(self.new.policy.description),
            "started_at": .string(self.startedBy.at.description), "started_by": .string(self.startedBy.actor),
            "reason": self.startedBy.reason.map(JSONValue.string) ?? .null,
            "outcome": self.outcome.map(JSONValue.string) ?? .null,
            "revision": .integer(self.revision),
        ]
        switch self {
        case .release(let state):
            members["strategy"] = .string(state.plan.strategy.rawValue)
            members["step"] = .integer(Int64(state.step))
            members["steps"] = .array(
                state.plan.steps.map { step in
                    .object([
                        "weight": .integer(Int64(step.weight)), "hold": .string(step.hold.description),
                    ])
                }
            )
            members["experiment"] = state.experiment.map(JSONValue.string) ?? .null
        case .experiment(let state):
            members["verdict"] = .string(state.verdict.rawValue)
            members["reasons"] = .array(state.reasons.map(JSONValue.string))
            members["running_since"] = state.runningSince.map { .string($0.description) } ?? .null
            members["treatment_weight"] = .integer(Int64(state.experiment.treatmentWeight))
            members["is_paired"] = .boolean(state.experiment.isPaired)
        }
        return .object(members)
    }
}

extension StoredDecision {
    /// The decision as the API and `--json` show it; its inputs are given by their hash.
    package var json: JSONValue {
        .object([
            "sequence": .integer(self.sequence), "id": .string(self.record.id),
            "subject": .string(self.record.subject), "at": .string(self.record.at.description),
            "rule": .string(self.record.rule.description), "verdict": .string(self.record.verdict),
            "reasons": .array(self.record.reasons.map(JSONValue.string)),
            "inputs_hash": .string(self.record.inputsHash.description), "is_in_ledger": .boolean(self.isInLedger),
        ])
    }
}

extension ExperimentAssessment {
    /// The figures as the API and `--json` show them.
    package var json: JSONValue {
        .object([
            "verdict": .string(self.verdict.rawValue),
            "reasons": .array(self.reasons.map(JSONValue.string)),
            "metrics": .array(self.evidence.map(\.json)),
            "split_p_value": self.splitPValue.map(JSONValue.number) ?? .null,
            "detectable_effect": self.detectableEffect.map(JSONValue.number) ?? .null,
            "days_left": self.daysLeft.map(JSONValue.number) ?? .null,
        ])
    }
}

extension MetricEvidence {
    /// The metric as the API and `--json` show it.
    package var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
        return .object([
            "name": .string(self.name), "role": .string(self.role.rawValue), "control": number(self.control),
            "treatment": number(self.treatment), "improvement": number(self.improvement),
            "lower": number(self.interval?.lower), "upper": number(self.interval?.upper),
            "p_value": .number(self.pValue), "adjusted_p_value": .number(self.adjustedPValue),
            "units_needed": self.unitsNeeded.map { .integer(Int64($0)) } ?? .null,
            "variance_reduction": number(self.varianceReduction),
            "test": .string((self.oneLook?.test ?? .sequence).rawValue),
        ])
    }
}

extension ReleaseStore {
    /// Reads every decision about `subject`, the oldest first.
    package func allDecisions(about subject: String) async throws(TrackingError) -> [StoredDecision] {
        var decisions: [StoredDecision] = []
        while true {
            let after = decisions.last?.sequence ?? 0
            let page = try await self.decisions(about: subject, after: after, limit: 1_000)
            decisions += page
            if page.count < 1_000 { return decisions }
        }
    }

    /// What the newest look at an experiment showed; `nil` before the first, and for a release.
    package func assessment(of run: ReleaseRun) async throws(TrackingError) -> ExperimentAssessment? {
        guard case .experiment = run else { return nil }
        var record = try await self.newestDecision(about: run.subject)?.record
        if record?.rule != ExperimentRule.rule {
            // A person decided last.
            let all = try await self.allDecisions(about: run.subject)
            record = all.map(\.record).last { $0.rule == ExperimentRule.rule }
        }
        guard let record else { return nil }
        return ExperimentRule.assess(try ExperimentRule.inputs(of: record))
    }
}
