import MartletCore
import MartletIngest
import Testing

struct SourceDefinitionTests {
    private static let sales = """
        name: sales
        location: {path: data/sales.csv}
        format:
          csv: {date_format: YYYYMMDD, missing: ["-"]}
        columns:
          id: int64
          sold_on: {type: date, from: 계약일}
          price: {type: float64, thousands: ",", missing: ["-1"]}
          district: string
        expectations:
          - not_null: {columns: [id, price]}
          - range: {column: price, min: 1}
          - allowed: {column: district, values: [강남구, 서초구], severity: warn}
          - unique: {columns: [id]}
          - row_count: {min: 2, max: 10}
          - freshness: {column: sold_on, max_age: 7d}
          - mean_within: {column: price, percent: 20}
          - quarantined_share: {max: 0.5}
        cleaning:
          - drop_duplicates:
          - where: {sql: district IS NOT NULL, reason: no district}
          - derive: {column: price_log, type: float64, sql: ln(price)}
        """

    private func read(_ yaml: String) throws -> (SourceDefinition, [Diagnostic]) {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "sources/sales.yaml", in: context))
        return (SourceDefinition.read(document, in: context), context.diagnostics)
    }

    @Test func `a complete definition is read without faults`() throws {
        let (definition, diagnostics) = try self.read(Self.sales)
        #expect(diagnostics.isEmpty)
        #expect(definition.columns.map(\.rawName) == ["id", "계약일", "price", "district"])
        #expect(definition.dataFields.map(\.name) == ["id", "sold_on", "price", "district", "price_log"])
        #expect(definition.tableFields.suffix(3).map(\.name) == ["_batch", "_row", "_loaded_at"])
        #expect(definition.expectations.count == 8)
        #expect(definition.cleaning.map(\.label) == ["drop_duplicates", "where(no district)", "derive(price_log)"])
        #expect(definition.rowRules.map(\.name) == ["not_null", "not_null", "range", "allowed", "unique"])
        #expect(definition.rowRules.last?.isAfterCleaning == true)
    }

    @Test(arguments: [
        ("column: price, min: 1", "column: prise, min: 1", "Did you mean 'price'?"),
        ("column: price, min: 1", "column: price, min: cheap", "'cheap' is not of type float64"),
        ("column: sold_on, max_age", "column: price, max_age", "freshness needs a column of type date or timestamp"),
        ("path: data", "pfad: data", "unknown key 'pfad'"),
        ("date_format: YYYYMMDD", "date_format: JJJJMMTT", "not a date format"),
        ("  id: int64", "  _id: int64", "cannot begin with '_'"),
        ("name: sales", "name: Sales", "a source's name has lower-case letters"),
        ("name: sales", "name: quarantine", "a source's name has lower-case letters"),
        ("column: price_log, type: float64", "column: price, type: string", "keep the type, or use a new name"),
        ("{max: 0.5}", "{max: 50}", "write 0.05 for 5 %"),
        ("{type: date, from: 계약일}", "{type: dates, from: 계약일}", "Did you mean 'date'?"),
    ])
    func `a fault is named with what to do`(_ change: (String, String, String)) throws {
        let (_, diagnostics) = try self.read(Self.sales.replacing(change.0, with: change.1))
        #expect(diagnostics.contains { $0.message.contains(change.2) }, "\(diagnostics)")
        #expect(diagnostics.allSatisfy { $0.location?.file == "sources/sales.yaml" })
    }

    @Test func `the fingerprint follows rules and columns, not descriptions`() throws {
        let (definition, _) = try self.read(Self.sales)
        let (described, _) = try self.read(Self.sales + "\ndescription: sales\nowner: data team\n")
        let (changed, _) = try self.read(Self.sales.replacing("min: 1}", with: "min: 2}"))
        let same = try definition.fingerprint() == described.fingerprint()
        let different = try definition.fingerprint() != changed.fingerprint()
        #expect(same)
        #expect(different)
    }

    @Test(arguments: [
        ("YYYYMMDD", "%Y%m%d", 8), ("YYYY-MM-DD HH:mm:ss", "%Y-%m-%d %H:%M:%S", 19), ("DD.MM.YY", "%d.%m.%y", 8),
    ])
    func `a date format becomes a pattern of exact length`(_ example: (String, String, Int)) throws {
        let pattern = try #require(DatePattern(example.0))
        #expect(pattern.kind == .calendar(specifiers: example.1, length: example.2))
        #expect(DatePattern("JJJJ") == nil)
        #expect(DatePattern("") == nil)
    }
}
