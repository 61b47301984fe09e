import MartletCore
import MartletRetraining
import Testing

struct RetrainingPlanTests {
    private static func read(_ yaml: String) -> (RetrainingPlan?, [String]) {
        let context = DocumentContext()
        let plan = Document.parse(yaml: yaml, file: "retraining/a.yaml", in: context)
            .map { RetrainingPlan.read($0, in: context) }
        return (plan, context.diagnostics.map(\.description))
    }

    @Test func `a plan of three keys starts nothing by itself`() {
        let (plan, faults) = Self.read("name: rent\nrecipe: rent\nlabels: paid\n")
        #expect(faults.isEmpty)
        #expect(plan?.autonomy == .never)
        #expect(plan?.policy == RetrainingPolicy())
        #expect(plan?.backTest == BackTestPlan())
    }

    @Test func `every key is read`() {
        let (plan, faults) = Self.read(
            """
            name: rent
            recipe: rent
            labels: paid
            release: rollout
            auto: to-ab
            rule: threshold
            min_gain: 0.02
            cooldown: 2d
            budget: {runs: 4, time: 1h}
            triggers: {volume: 0.2, age: 7d, drift: 0.25, loss: 0.1}
            back_test: {hold_out: 0.5, rows: 100, rounds: 5, min_compared: 10, alpha: 0.1}
            """
        )
        #expect(faults.isEmpty)
        #expect(plan?.policy.triggers == RetrainingTriggers(volume: 0.2, age: .days(7), drift: 0.25, loss: 0.1))
        #expect(plan?.policy.monthlyRuns == 4)
        #expect(plan?.policy.monthlyTime == .seconds(3_600))
        #expect(plan?.backTest == BackTestPlan(holdOut: 0.5, rows: 100, rounds: 5, comparedMinimum: 10, alpha: 0.1))
    }

    @Test func `what changes traffic needs a release plan, and every fault is shown at once`() {
        let (_, faults) = Self.read(
            """
            name: rent
            recipe: rent
            labels: paid
            auto: to-production-with-approval
            cool_down: 2d
            triggers: {volume: -1}
            back_test: {hold_out: 2}
            budget: {runs: 0}
            """
        )
        #expect(faults.count == 5)
        #expect(faults.contains { $0.contains("needs a 'release'") })
        #expect(faults.contains { $0.contains("Did you mean 'cooldown'?") })
    }

    @Test func `triggers that name none are a fault`() {
        #expect(Self.read("name: r\nrecipe: r\nlabels: l\ntriggers: {}\n").1.count == 1)
    }
}
