import Foundation
import MartletCore
import MartletReleases
import Testing

struct ReleasePlanTests {
    private static func read(_ yaml: String) -> (ReleasePlan?, [String]) {
        let context = DocumentContext()
        let plan = Document.parse(yaml: yaml, file: "releases/a.yaml", in: context)
            .map { ReleasePlan.read($0, in: context) }
        return (plan, context.diagnostics.map(\.description))
    }

    @Test func `a plan of two keys has the standard values`() throws {
        let (plan, faults) = Self.read("name: price\nendpoint: apartment-price\n")
        #expect(faults.isEmpty)
        #expect(plan == ReleasePlan(name: "price", endpoint: "apartment-price"))
        #expect(plan?.steps.map(\.weight) == [100, 10_000])
        #expect(plan?.standby == .days(1))
        #expect(plan?.gates.errorRateLimit == 0.01)
        #expect(plan?.gates.latencyLimit == TimeSpan("500ms"))
    }

    @Test func `an experiment without keys is the standard one`() throws {
        let (plan, faults) = Self.read("name: price\nendpoint: e\nexperiment: {treatment: 10}\n")
        #expect(faults.isEmpty)
        #expect(plan?.experiment == ExperimentPlan())
        #expect(plan?.experiment?.primary?.name == "contract_rate")
    }

    @Test func `a plan is stored and read back`() throws {
        var plan = ReleasePlan(name: "price", endpoint: "e", strategy: .linear)
        plan.experiment = ExperimentPlan()
        let bytes = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(ReleasePlan.self, from: bytes) == plan)
    }

    @Test func `every fault of a plan is shown at once`() {
        let yaml = """
            name: price
            endpont: e
            steps: [{weight: 50}, {weight: 20}]
            gates: {max_error_rate: 2, min_requests: 0}
            experiment:
              alpha: 0
              min_duration: 3d
              max_duration: 1d
              metrics: [{name: a, role: guardrail, conversion: x, mean: {event: y}}]
            """
        let (_, faults) = Self.read(yaml)
        let text = faults.joined(separator: "\n")
        for part in [
            "unknown key 'endpont'", "steps must grow", "max_error_rate is 2.0", "no data is never a pass",
            "alpha is 0.0", "max_duration is 1d, shorter than min_duration 3d", "exactly one of 'conversion'",
            "exactly one metric must have the role primary",
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }
}
