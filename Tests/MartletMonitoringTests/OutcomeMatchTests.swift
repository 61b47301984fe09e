import MartletCore
import Testing

@testable import MartletMonitoring

struct OutcomeMatchTests {
    private func at(_ seconds: Int64) -> EventTime { EventTime(microseconds: seconds * 1_000_000) }

    @Test func `a label answers the request it names, and the last to arrive wins`() {
        let predictions = [
            OutcomeMatch.Prediction(requestID: "a", at: self.at(1), entity: "x"),
            OutcomeMatch.Prediction(requestID: "b", at: self.at(2), entity: "x"),
        ]
        let labels = [
            OutcomeMatch.Label(at: self.at(9), requestID: "a", entity: nil, value: 1),
            OutcomeMatch.Label(at: self.at(8), requestID: "a", entity: nil, value: 2),
        ]
        #expect(OutcomeMatch.labels(of: predictions, among: labels).map { $0?.value } == [2, nil])
    }

    @Test func `a label of an entity answers what was predicted before it came true, back to the label before`() {
        let predictions = [1, 5, 6, 12]
            .map { OutcomeMatch.Prediction(requestID: "r\($0)", at: self.at($0), entity: "x") }
        let labels = [
            OutcomeMatch.Label(at: self.at(10), requestID: nil, entity: "x", value: 20),
            OutcomeMatch.Label(at: self.at(5), requestID: nil, entity: "x", value: 10),
            OutcomeMatch.Label(at: self.at(7), requestID: nil, entity: "y", value: 99),
        ]
        #expect(OutcomeMatch.labels(of: predictions, among: labels).map { $0?.value } == [10, 10, 20, nil])
    }

    @Test func `a report joins labels, compares with the test part and names the worst part`() throws {
        var (data, noise) = (DataProfile(["size": .number, "kind": .category]), Noise(seed: 8))
        for index in 0..<400 {
            data.add(["size": .number(Double(index)), "kind": .category("a")], prediction: Double(index))
        }
        let reference = ReferenceProfile(
            data: data,
            reconstruction: nil,
            attribution: [:],
            calibration: nil,
            loss: LossReference(engine: "lightgbm", testError: 2, foreseenTestError: 2, deviation: 1)
        )
        let rows = (0..<400)
            .map { index in
                QualityReport.Row(
                    join: .init(requestID: "r\(index)", at: self.at(Int64(index)), entity: nil),
                    prediction: 10,
                    cells: ["size": .number(Double(index)), "kind": .category("a")]
                )
            }
        let labels = (0..<300)
            .map { index in
                OutcomeMatch.Label(
                    at: self.at(Int64(index) + 60),
                    requestID: "r\(index)",
                    entity: nil,
                    value: 10 + (index < 100 ? 8 : 2) + noise.normal() / 10
                )
            }
        let report = QualityReport(
            rows: rows,
            labels: labels,
            reference: reference,
            estimated: [],
            threshold: nil,
            now: self.at(1_000)
        )
        #expect(report.maturity.labelledCount == 300)
        #expect(report.maturity.medianDelay == .seconds(60))
        #expect(abs((report.realised.figures.first?.value ?? 0) - 4) < 0.1)
        #expect(abs((report.growth ?? 0) - 1) < 0.05)
        #expect(report.worstSlices.first?.part == "≤ 99.0")
        #expect(report.worstSlices.allSatisfy { $0.column == "size" })
    }
}
