import MartletCore
import MartletIngest
import Testing

struct BatchMeasuresTests {
    private let now = EventTime(microseconds: 1_700_000_000_000_000)

    private func definition(_ expectation: String) throws -> SourceDefinition {
        let yaml = """
            name: s
            location: {path: s.csv}
            format: csv
            columns: {x: float64, t: timestamp}
            expectations: [\(expectation)]
            """
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "s.yaml", in: context))
        let definition = SourceDefinition.read(document, in: context)
        #expect(context.diagnostics.isEmpty, "\(context.diagnostics)")
        return definition
    }

    private func measures(
        rows: Int = 10,
        quarantined: Int = 0,
        newest: EventTime? = nil,
        mean: Double? = nil,
        history: Double? = nil,
        stopped: [RuleCount] = []
    ) -> BatchMeasures {
        BatchMeasures(
            rowsRead: rows,
            rowsQuarantined: quarantined,
            rowCount: rows - quarantined,
            newest: newest.map { ["t": $0] } ?? [:],
            means: mean.map { ["x": $0] } ?? [:],
            historicalMeans: history.map { ["x": $0] } ?? [:],
            stopped: stopped
        )
    }

    @Test func `a row count outside its bounds refuses the batch`() throws {
        let definition = try self.definition("row_count: {min: 5, max: 10}")
        #expect(definition.refusals(of: self.measures(), at: self.now).isEmpty)
        #expect(
            definition.refusals(of: self.measures(rows: 4), at: self.now).map(\.text)
                == ["row_count: 4 rows would be loaded, at least 5 are expected"]
        )
        #expect(definition.refusals(of: self.measures(rows: 11), at: self.now).count == 1)
    }

    @Test func `freshness includes its limit`() throws {
        let definition = try self.definition("freshness: {column: t, max_age: 1d}")
        #expect(definition.refusals(of: self.measures(newest: self.now - .days(1)), at: self.now).isEmpty)
        let old = self.now - .days(1) - TimeSpan(microseconds: 1)
        #expect(definition.refusals(of: self.measures(newest: old), at: self.now).count == 1)
        let absent = definition.refusals(of: self.measures(), at: self.now)
        #expect(absent.map(\.text) == ["freshness(t): the batch has no value"])
    }

    @Test func `a mean is compared with history when there is one`() throws {
        let definition = try self.definition("mean_within: {column: x, percent: 10}")
        #expect(definition.refusals(of: self.measures(mean: 5), at: self.now).isEmpty)
        #expect(definition.refusals(of: self.measures(mean: 110, history: 100), at: self.now).isEmpty)
        #expect(definition.refusals(of: self.measures(mean: -89, history: -100), at: self.now).count == 1)
        #expect(definition.refusals(of: self.measures(mean: 120, history: 100), at: self.now).count == 1)
        #expect(definition.refusals(of: self.measures(history: 100), at: self.now).count == 1)
        #expect(
            definition.refusals(of: self.measures(mean: 2, history: 0), at: self.now).map(\.text)
                == ["mean_within(x): the mean is 2, in earlier batches it is 0; at most 10 % is expected"]
        )
    }

    @Test(arguments: [
        (149.834_999_99, "149.835"), (0.004_123_456, "0.00412346"), (-1_234_567.8, "-1234568"), (3, "3"),
        (1e300, "1e+300"), (1.5e-9, "1.5e-09"),
    ])
    func `a mean is written with the digits that a reader can use`(mean: Double, text: String) throws {
        let definition = try self.definition("mean_within: {column: x, percent: 10}")
        let refusals = definition.refusals(of: self.measures(mean: mean, history: 50), at: self.now)
        #expect(refusals.first?.text.hasPrefix("mean_within(x): the mean \(text) differs by ") == true, "\(refusals)")
    }

    @Test func `a share of quarantined rows and a stopping rule refuse the batch`() throws {
        let definition = try self.definition("quarantined_share: {max: 0.1}")
        #expect(definition.refusals(of: self.measures(quarantined: 1), at: self.now).isEmpty)
        #expect(definition.refusals(of: self.measures(quarantined: 2), at: self.now).count == 1)
        let stopped = [RuleCount(rule: "range", column: "x", count: 3)]
        #expect(
            definition.refusals(of: self.measures(stopped: stopped), at: self.now).map(\.text)
                == ["3 rows break rule range(x), which stops the batch"]
        )
    }
}
