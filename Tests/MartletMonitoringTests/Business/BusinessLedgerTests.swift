import MartletCore
import MartletMonitoring
import Testing

/// Predictions and contracts by day.
struct BusinessLedgerTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    @Test func `days are counted in UTC, the newest last, and figures follow from them`() throws {
        var ledger = BusinessLedger()
        for day in 0..<3 {
            for _ in 0..<(10 * (day + 1)) { ledger.countPrediction(at: "rent", Self.now - .days(Int64(day))) }
        }
        ledger.countContract(at: "rent", Self.now, amount: 100)
        ledger.countContract(at: "rent", Self.now - .days(1), amount: 300)
        ledger.countContract(at: "rent", Self.now - .days(2), amount: nil)
        ledger.countPrediction(at: "loan", Self.now)
        let found = ledger.endpoints(at: Self.now)
        #expect(found.map(\.endpoint) == ["loan", "rent"])
        let rent = try #require(found.last)
        #expect(rent.days.count == BusinessLedger.dayCount && rent.days.last?.date == Self.now.day)
        #expect(rent.days.suffix(3).map(\.predictions) == [30, 20, 10])
        #expect(rent.predictions == 60 && rent.contracts == 3 && rent.contractRate == 0.05)
        #expect(rent.meanAmount == 200)
        // The day that is not over, and those before the first prediction, are no days to average over.
        #expect(rent.predictionsPerDay == 25)
        #expect(found.first?.predictionsPerDay == nil && found.first?.meanAmount == nil)
        #expect(rent.json["contract_rate"] == .number(0.05))
    }

    @Test func `what is older than the window is forgotten`() {
        var ledger = BusinessLedger()
        let begin = BusinessLedger.begin(at: Self.now)
        ledger.countPrediction(at: "rent", begin)
        ledger.countPrediction(at: "rent", begin - .seconds(1))
        #expect(ledger.endpoints(at: Self.now).first?.predictions == 1)
        #expect(ledger.endpoints(at: Self.now + .days(1)).isEmpty)
    }
}
