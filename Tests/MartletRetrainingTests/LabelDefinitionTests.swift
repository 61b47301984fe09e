import MartletCore
import MartletRetraining
import Testing

struct LabelDefinitionTests {
    private static func read(_ yaml: String) -> (LabelDefinition?, [String]) {
        let context = DocumentContext()
        let definition = Document.parse(yaml: yaml, file: "labels/a.yaml", in: context)
            .map { LabelDefinition.read($0, in: context) }
        return (definition, context.diagnostics.map(\.description))
    }

    @Test func `a rule of three keys has the standard values`() {
        let (definition, faults) = Self.read("name: paid\nendpoint: rent\nfrom: outcome\n")
        #expect(faults.isEmpty)
        #expect(definition == LabelDefinition(name: "paid", endpoint: "rent"))
        #expect(definition?.window == .days(30))
        #expect(definition?.early == .wait)
    }

    @Test func `interactions become ones or amounts`() {
        let (one, faults) = Self.read("name: a\nendpoint: e\nfrom: {interaction: contract}\n")
        #expect(faults.isEmpty)
        #expect(one?.source == .interaction(InteractionLabel(kind: "contract", value: .one)))
        let (amount, _) = Self.read("name: a\nendpoint: e\nfrom: {interaction: contract, value: amount}\n")
        #expect(amount?.source == .interaction(InteractionLabel(kind: "contract", value: .amount)))
    }

    @Test func `every fault is shown at once, with the nearest name`() {
        let (_, faults) = Self.read(
            "name: 9a\nendpoint: e\nfrom: outcomes\nwindow: 0s\nmatch: lost\ncolums: {a: float64}\nshown_by: x\n"
        )
        #expect(faults.contains { $0.contains("name '9a' cannot be a table's") })
        #expect(faults.contains { $0.contains("Did you mean 'outcome'?") })
        #expect(faults.contains { $0.contains("window must be longer than 0s") })
        #expect(faults.contains { $0.contains("Did you mean 'last'?") })
        #expect(faults.contains { $0.contains("Did you mean 'columns'?") })
    }

    @Test func `what is the label cannot say what was seen`() {
        let (_, faults) = Self.read("name: a\nendpoint: e\nfrom: {interaction: click}\nshown_by: click\n")
        #expect(faults.count == 1)
    }

    @Test func `columns are the rule's own, else the recipe's`() throws {
        let area = Field("area", .float64)
        var definition = LabelDefinition(name: "paid", endpoint: "rent")
        let table = try LabelTable(definition, keys: [Field("flat", .string), area], features: [area])
        #expect(table.keys == [Field("flat", .string)])
        #expect(table.fields.count == LabelTable.ownFields.count + 2)
        definition.columns = [Field("floor", .int64)]
        #expect(try LabelTable(definition, features: [area]).features == [Field("floor", .int64)])
    }

    @Test func `a table without features, or with two columns of one name, is refused`() {
        let definition = LabelDefinition(name: "paid", endpoint: "rent")
        #expect(throws: RetrainingError.self) { try LabelTable(definition) }
        #expect(throws: RetrainingError.self) { try LabelTable(definition, features: [Field("Label", .float64)]) }
    }

    @Test func `a change of any key is another definition`() {
        let plain = LabelDefinition(name: "a", endpoint: "e")
        var others = Array(repeating: plain, count: 5)
        others[0].window = .days(31)
        others[1].variants = ["control"]
        others[2].match = .all
        others[3].early = .use
        others[4].shownBy = "impression"
        #expect(Set(others + [plain]).count == 6)
    }
}
