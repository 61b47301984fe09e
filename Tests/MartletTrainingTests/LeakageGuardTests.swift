import MartletCore
import MartletFeatures
import MartletTesting
import MartletTraining
import Testing

struct LeakageGuardTests {
    private let labels = (0..<2_000).map { Double($0 % 7 == 0 ? 1 : 0) }

    @Test func `a feature that repeats the label is named`() throws {
        let finding = try #require(
            LeakageGuard.examine(
                name: "outcome",
                values: self.labels.map { $0 * 3 + 1 },
                categories: nil,
                labels: self.labels,
                task: .binaryClassification
            )
        )
        #expect(
            finding.description == "'outcome' alone predicts the label nearly perfectly: area under the curve 1.0000"
        )
    }

    @Test func `a feature created after the label's time is named, and was kept out`() {
        let features = [
            FeatureReference(view: "claims", feature: "amount", type: .float64),
            FeatureReference(view: "place", feature: "x", type: .float64),
        ]
        let findings = LeakageGuard.lateFeatures(["claims": 0.25], among: features)
        #expect(findings.map(\.feature) == ["claims__amount"])
        #expect(findings.map(\.isPrevented) == [true])
        #expect(findings.first?.reason.contains("created after the label's time, for 25.0 % of the moments") == true)
    }

    @Test func `a feature that is missing only for positives is named`() {
        let values = self.labels.map { $0 == 1 ? Double.nan : 5 }
        let finding = LeakageGuard.examine(
            name: "inspected",
            values: values,
            categories: nil,
            labels: self.labels,
            task: .binaryClassification
        )
        #expect(finding != nil)
    }

    @Test func `a category all of whose rows are positive gives the label away`() throws {
        let codes = self.labels.enumerated().map { row, label in label == 1 && row % 2 == 0 ? 1.0 : 0.0 }
        let finding = try #require(
            LeakageGuard.examine(
                name: "trial",
                values: codes,
                categories: ["A", "D"],
                labels: self.labels,
                task: .binaryClassification
            )
        )
        #expect(finding.reason.contains("50.0 % of all positives"))
    }

    @Test func `identifiers and noise are not accused`() {
        var generator = SplitMix64(seed: 3)
        let noise = self.labels.map { _ in Double.random(in: 0...1, using: &generator) }
        let identifiers = self.labels.indices.map(Double.init)
        let names = identifiers.map { String($0) }
        #expect(
            LeakageGuard.examine(
                name: "noise",
                values: noise,
                categories: nil,
                labels: self.labels,
                task: .binaryClassification
            ) == nil
        )
        #expect(
            LeakageGuard.examine(
                name: "id",
                values: identifiers,
                categories: names,
                labels: self.labels,
                task: .binaryClassification
            ) == nil
        )
        #expect(
            LeakageGuard.examine(name: "noise", values: noise, categories: nil, labels: identifiers, task: .regression)
                == nil
        )
    }

    @Test func `a number in step with a numeric label is named`() {
        let prices = self.labels.indices.map { Double($0) * 1_000 }
        let finding = LeakageGuard.examine(
            name: "tax",
            values: prices.map { $0 * 0.01 + 3 },
            categories: nil,
            labels: prices,
            task: .regression
        )
        #expect(finding?.reason.contains("rank correlation 1.0000") == true)
    }
}
