import MartletCore
import Testing

/// A file kind with every sort of key, to hold the parser and the schema to each other.
private struct Sample: DocumentObject, Equatable {
    enum Colour: String, DocumentWord { case red, green }

    struct Limits: DocumentObject, Equatable {
        let low: Double
        init(from reader: ObjectReader) { self.low = reader.required("low", Double.self, "The least.") }
    }

    let name: String
    let colour: Colour?
    let count: Int
    let limits: Limits?
    let tags: [String]
    let ttl: TimeSpan?

    init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The name.")
        self.colour = reader.optional("colour", Colour.self, "The colour.")
        self.count = reader.value("count", default: 3, "How many.")
        self.limits = reader.optional("limits", Limits.self, "The bounds.")
        self.tags = reader.value("tags", default: [], "Words.")
        self.ttl = reader.optional("ttl", TimeSpan.self, "How long.")
    }
}

struct DocumentTests {
    private func read(_ yaml: String, environment: [String: String]? = nil) -> (Sample?, [String]) {
        let context = DocumentContext()
        let document = Document.parse(yaml: yaml, file: "a.yaml", in: context)
        let replaced = environment.flatMap { values in document?.substituting(values, in: context) } ?? document
        let sample = replaced.map { Sample.read($0, in: context) }
        return (sample, context.diagnostics.map(\.description))
    }

    @Test func `a whole document is read`() {
        let (sample, faults) = self.read(
            "name: x\ncolour: green\ncount: 1_000\nlimits: {low: 1.5}\ntags: [a, '1']\nttl: 90d\n"
        )
        #expect(faults == [])
        #expect(sample?.colour == .green)
        #expect(sample?.count == 1_000)
        #expect(sample?.limits?.low == 1.5)
        #expect(sample?.tags == ["a", "1"])
        #expect(sample?.ttl == .days(90))
    }

    @Test func `an unknown key names file, line, column and the nearest key`() {
        let (_, faults) = self.read("name: x\n  \ncolor: red\n")
        #expect(faults == ["a.yaml:3:1: error: unknown key 'color'. Did you mean 'colour'?"])
    }

    @Test func `all faults are reported at once`() {
        let (_, faults) = self.read("colour: gren\ncount: many\nlimits: 5\nttl: soon\n")
        #expect(
            faults == [
                "a.yaml:1:1: error: key 'name' is missing",
                "a.yaml:1:9: error: expected one of 'red', 'green', found 'gren'. Did you mean 'green'?",
                "a.yaml:2:8: error: expected a whole number, found 'many'",
                "a.yaml:3:9: error: expected a mapping of keys, found '5'",
                "a.yaml:4:6: error: expected a time span such as 90d, 12h, 15m or 30s, found 'soon'",
            ]
        )
    }

    @Test func `a key that stands twice is reported`() {
        let (_, faults) = self.read("name: x\nname: y\n")
        #expect(faults.count == 1)
        #expect(faults.first?.contains("twice") == true)
    }

    @Test func `text that is not YAML is reported with its place`() {
        let (sample, faults) = self.read("name: [x\n")
        #expect(sample == nil)
        #expect(faults.first?.hasPrefix("a.yaml:2:1: error: not readable as YAML") == true)
    }

    @Test func `variables come from the environment and are never quoted`() {
        let (sample, _) = self.read("name: ${WHO}-${X:-y}-$${Z}\n", environment: ["WHO": "me"])
        #expect(sample?.name == "me-y-${Z}")
        let (_, missing) = self.read("name: ${WHO}\n", environment: [:])
        #expect(
            missing == ["a.yaml:1:7: error: environment variable 'WHO' is not set; set it, or write ${WHO:-default}"]
        )
        let (_, secret) = self.read("name: x\ncount: ${PASSWORD}\n", environment: ["PASSWORD": "hunter2"])
        #expect(secret == ["a.yaml:2:8: error: expected a whole number, found a value from the environment"])
    }

    @Test func `the schema holds every key with its type`() {
        let schema = Sample.schema
        #expect(schema["required"] == ["name"])
        #expect(schema["additionalProperties"] == false)
        #expect(schema["properties"]?["colour"]?["enum"] == ["red", "green"])
        #expect(schema["properties"]?["limits"]?["properties"]?["low"]?["type"] == "number")
        #expect(schema["properties"]?["tags"]?["type"] == "array")
        #expect(schema["properties"]?["count"]?["description"] == "How many.")
    }
}
