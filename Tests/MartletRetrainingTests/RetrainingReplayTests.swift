import MartletCore
import Testing

@testable import MartletRetraining

/// Decisions about retraining, made once more.
struct RetrainingReplayTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    private func record() throws -> RetrainingRecord {
        let plan = RetrainingPlan(
            name: "weekly",
            description: "",
            recipe: Located("price", at: SourceLocation(file: "", line: 1, column: 1)),
            labels: Located("paid", at: SourceLocation(file: "", line: 1, column: 1)),
            release: nil,
            autonomy: .toStaging,
            policy: RetrainingPolicy(rule: .threshold),
            backTest: BackTestPlan()
        )
        let evidence = RetrainingEvidence(now: Self.now, dataHash: ContentHash(of: "rows"), labels: 10, newLabels: 10)
        let decision = RetrainingRule.decide(plan.policy, plan.autonomy, evidence)
        #expect(decision.isTraining)
        return try RetrainingRecord(decision, of: plan, on: evidence)
    }

    @Test func `a decision is the same again, and tells what it rested on`() throws {
        let replay = RetrainingReplay(try self.record())
        #expect(replay.outcome == .same && replay.verdict == "train")
        #expect(replay.evidence?.newLabels == 10)
    }

    @Test func `another verdict or other inputs are found`() throws {
        var record = try self.record()
        record.verdict = "wait"
        #expect(RetrainingReplay(record).outcome == .different)
        record = try self.record()
        guard case .object(var inputs) = record.inputs else { return }
        inputs["auto"] = "to-ab"
        record.inputs = .object(inputs)
        #expect(RetrainingReplay(record).outcome == .different)
        record.inputs = .object(["policy": "none"])
        let replay = RetrainingReplay(record)
        #expect(replay.outcome == .unreadable && replay.verdict == nil && replay.evidence == nil)
    }
}
