import Foundation
import MartletCore
import MartletIngest
import Testing

@testable import MartletServer

/// Why batches are refused, in the words of a reader.
struct IngestWordsTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    private static func definition(_ expectations: [String]) throws -> SourceDefinition {
        let yaml = """
            name: sales
            location: {path: sales.csv}
            format: csv
            columns: {price: float64, day: timestamp, 구: string}
            expectations:
            \(expectations.map { "  - " + $0 }.joined(separator: "\n"))
            """
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "sales.yaml", in: context))
        let definition = SourceDefinition.read(document, in: context)
        #expect(context.diagnostics.isEmpty, "\(context.diagnostics)")
        return definition
    }

    private static func measures(
        newest: [String: EventTime] = [:],
        means: [String: Double] = [:],
        history: [String: Double] = [:],
        stopped: [RuleCount] = [],
        profiles: [Int: GateProfiles] = [:],
        totals: [Int: TotalMeasures] = [:]
    ) -> BatchMeasures {
        BatchMeasures(
            rowsRead: 1_200,
            rowsQuarantined: 200,
            rowCount: 1_000,
            newest: newest,
            means: means,
            historicalMeans: history,
            stopped: stopped,
            profiles: profiles,
            totals: totals
        )
    }

    private static func profiles(_ batch: ColumnProfile, _ history: ColumnProfile) -> GateProfiles {
        GateProfiles(batch: batch, history: history)
    }

    private static func refusals() throws -> [Remark] {
        let limits = try Self.definition([
            "row_count: {min: 2000}", "row_count: {max: 10}", "quarantined_share: {max: 0.05}",
            "freshness: {column: day, max_age: 1d}", "mean_within: {column: price, percent: 10}",
        ])
        let distributions = try Self.definition([
            "quantiles_within: {column: price, quantiles: [0.5], percent: 10, min_rows: 1}",
            "null_share: {column: price, max: 0.1}", "null_share: {column: price, within: 0.1, min_rows: 1}",
            "mix_within: {column: 구, max: 0.1, min_rows: 1}",
        ])
        let totals = try Self.definition([
            "total: {name: 합계, sql: SELECT 1, equals: SELECT 2}",
            "total: {name: 합계, sql: SELECT 1, equals: SELECT 2, percent: 5}",
        ])
        let full = ColumnProfile(rowCount: 1_000, nullShare: 0.4, quantiles: [120], shares: ["강남구": 1])
        let earlier = ColumnProfile(rowCount: 1_000, nullShare: 0.1, quantiles: [100], shares: ["서초구": 1])
        let pairs = Self.profiles(full, earlier)
        let without = Self.profiles(ColumnProfile(rowCount: 1_000), earlier)
        let stopped = [RuleCount(rule: "range", column: "price", count: 3)]
        let cases: [(SourceDefinition, BatchMeasures)] = [
            (
                limits,
                Self.measures(
                    newest: ["day": Self.now - .days(3)],
                    means: ["price": 120],
                    history: ["price": 100],
                    stopped: stopped
                )
            ),
            (limits, Self.measures(means: ["price": 120], history: ["price": 0])),
            (distributions, Self.measures(profiles: [0: pairs, 1: pairs, 2: pairs, 3: pairs])),
            (distributions, Self.measures(profiles: [0: without])),
            (totals, Self.measures()),
            (totals, Self.measures(totals: [0: .init(found: 1, expected: nil), 1: .init(found: 1, expected: nil)])),
            (totals, Self.measures(totals: [0: .init(found: 1, expected: 2), 1: .init(found: 1, expected: 2)])),
        ]
        return cases.flatMap { $0.refusals(of: $1, at: Self.now) } + [.otherFields(["+ 세금"], of: "sales")]
    }

    @Test func `each reason is the same in English, and said in Korean`() throws {
        let refusals = try Self.refusals()
        refusals.forEach(RemarkWordsTests.check)
        #expect(Set(refusals.map { "remark." + $0.code }) == Set(Words.ingestRemarks.map(\.key)))
    }

    @Test func `figures stand in the Korean sentence`() throws {
        let korean = try Self.refusals().map { Language.korean.words($0) }
        #expect(korean.contains("quarantined_share: 격리 200행 / 전체 1,200행, 최대 5 %까지 허용"), "\(korean)")
        #expect(korean.contains("mean_within(price): 평균 120이(가) 20 % 다름(이전 배치 평균 100), 최대 10 % 차이까지 허용"))
        #expect(korean.contains("레코드의 필드가 승인된 스키마와 다름(+ 세금). 승인하려면: martlet ingest accept-schema sales"))
    }

    @Test func `a report keeps its reasons with their codes, and one of an earlier version its sentences`() throws {
        let refusals = try Self.refusals()
        var figures = BatchFigures()
        figures.refuse(for: refusals)
        let report = try JSONValue(encoding: figures)
        #expect(try Self.figures(report).refusalReasons == refusals)
        guard case .object(var fields) = report else {
            Issue.record("a report is an object: \(report)")
            return
        }
        fields["refusalRemarks"] = nil
        #expect(try Self.figures(.object(fields)).refusalReasons.map(\.text) == refusals.map(\.text))
    }

    private static func figures(_ report: JSONValue) throws -> BatchFigures {
        try JSONDecoder().decode(BatchFigures.self, from: Data(report.canonicalText.utf8))
    }
}
