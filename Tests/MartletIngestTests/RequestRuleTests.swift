import MartletCore
import MartletIngest
import Testing

struct RequestRuleTests {
    private func read(_ location: String, format: String = "csv") throws -> (SourceDefinition, [Diagnostic]) {
        let context = DocumentContext()
        let yaml = "name: s\ntimezone: Asia/Seoul\nformat: \(format)\ncolumns: {id: int64}\nlocation: \(location)"
        let document = try #require(Document.parse(yaml: yaml, file: "sources/s.yaml", in: context))
        return (SourceDefinition.read(document, in: context), context.diagnostics)
    }

    @Test func `the latest months are those of the source's zone`() throws {
        let (definition, faults) = try self.read("{url: \"http://x/\", for_each: {m: {months: 3, format: YYYY-MM}}}")
        #expect(faults.isEmpty)
        let values = try #require(definition.location.repetitions.first?.values)
        let newYear = try #require(EventTime(iso8601: "2023-12-31T15:00:00Z"))
        #expect(values.values(at: newYear, timezone: "Asia/Seoul") == ["2023-11", "2023-12", "2024-01"])
        #expect(values.values(at: newYear, timezone: nil) == ["2023-10", "2023-11", "2023-12"])
    }

    @Test func `pauses double up to their limit, and are a part of that`() throws {
        let (definition, _) = try self.read("{url: \"http://x/\", retry: {pause: 2s, longest_pause: 7s}}")
        let policy = definition.location.retry
        #expect((1...4).map { policy.pause(after: $0, fraction: 1).seconds } == [2, 4, 7, 7])
        #expect(policy.pause(after: 2, fraction: 0.25) == .seconds(1))
        #expect(policy.tries == 3)
    }

    @Test(arguments: [
        ("{path: a.csv, url: \"http://x/\"}", "exactly one of"),
        ("{path: a.csv, key: {env: K, header: A}}", "'key' is for a 'url' only"),
        ("{url: \"http://x/\", key: {env: K}}", "exactly one of 'parameter' and 'header'"),
        ("{url: \"http://x/\", key: {env: \"$K\", header: A}}", "not its value"),
        ("{url: \"http://x/\", paging: {parameter: p, total_pointer: /n}}", "counts records of JSON or XML"),
        ("{url: \"http://x/\", paging: {parameter: p, size: 5}}", "belong together"),
        ("{url: \"http://x/\", answer: {status_pointer: code, good: [0]}}", "a pointer begins with '/'"),
        ("{path: a.csv, stable_for: 5s}", "'stable_for' is for a 'glob' only"),
        ("{command: []}", "a command is a list"),
        ("{postgres: {url: x, query: \"SELECT 1; DROP\"}}", "one SELECT without ';'"),
        ("{postgres: {url: x, query: SELECT 1}}", "rows of a query come as json_lines"),
        ("{s3: {uri: \"bucket/x\"}}", "s3://BUCKET/PREFIX"), ("{url: \"http://x/\", retry: {tries: 0}}", "1 and 20"),
    ])
    func `a fault of a location is named with what to do`(_ example: (location: String, words: String)) throws {
        let (_, faults) = try self.read(example.location)
        #expect(faults.contains { $0.message.contains(example.words) }, "\(faults)")
    }

    @Test func `an XML format needs the path of its records`() throws {
        #expect(try self.read("{path: a.xml}", format: "{xml: {records: items}}").1.isEmpty == false)
        #expect(try self.read("{path: a.xml}", format: "{xml: {records: /items/item}}").1.isEmpty)
    }
}
