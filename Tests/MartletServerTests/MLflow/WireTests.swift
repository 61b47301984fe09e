import Testing

@testable import MartletServer

struct WireTests {
    private static func fields(_ json: String) throws -> WireFields {
        WireFields(try WireValue(parsing: Array(json.utf8)))
    }

    @Test func `numbers are read from numbers and strings, and what Python writes for NaN`() throws {
        let fields = try Self.fields(
            #"{"a":1,"b":"2","c":3.0,"d":"NaN","e":NaN,"f":-Infinity,"g":"Infinity","h":"x","i":1.5,"j":null,"k":9223372036854775807}"#
        )
        #expect(try fields.integer("a") == 1)
        #expect(try fields.integer("b") == 2)
        #expect(try fields.integer("c") == 3)
        #expect(try fields.integer("k") == .max)
        #expect(try fields.double("d")?.isNaN == true)
        #expect(try fields.double("e")?.isNaN == true)
        #expect(try fields.double("f") == -.infinity)
        #expect(try fields.double("g") == .infinity)
        #expect(try fields.integer("j") == nil)
        #expect(!fields.has("j"))
        for (name, value) in [("h", #""x""#), ("i", "1.5")] {
            let error = #expect(throws: MLflowError.self) { try fields.integer(name) }
            #expect(error?.code == .invalidParameterValue)
            #expect(error?.message.contains("Invalid value \(value) for parameter '\(name)' supplied") == true)
        }
        #expect(throws: MLflowError.self) { try fields.time("k") }
    }

    @Test func `a missing field is named as clients expect`() throws {
        let fields = try Self.fields(#"{"metrics":[{"key":"a"},{"key":""}],"empty":""}"#)
        let missing = #expect(throws: MLflowError.self) { try fields.required("name") }
        #expect(
            missing?.message
                == "Missing value for required parameter 'name'. See the API docs for more information about request "
                + "parameters."
        )
        let inner = #expect(throws: MLflowError.self) { try fields.objects("metrics")[1].required("key") }
        #expect(inner?.message.contains("'metrics[1].key'") == true)
        #expect(try fields.present("empty").isEmpty)
        #expect(throws: MLflowError.self) { try fields.required("empty") }
    }

    @Test func `query parameters are fields, repeated ones lists, with plus as space`() throws {
        let query = RequestText.query("order_by=a+DESC&order_by=b%2Bc&max_results=5&x=%EA%B0%80&empty=&flag=True")
        let fields = WireFields(query: query)
        #expect(try fields.strings("order_by") == ["a DESC", "b+c"])
        #expect(try fields.strings("max_results") == ["5"])
        #expect(try fields.pageSize(standard: 1, limit: 10) == 5)
        #expect(try fields.string("x") == "가")
        #expect(try fields.boolean("flag") == true)
    }

    @Test func `a page has its bounds`() throws {
        let fields = try Self.fields(#"{"max_results":50001,"zero":0}"#)
        let error = #expect(throws: MLflowError.self) { try fields.pageSize(standard: 1, limit: 50_000) }
        #expect(
            error?.message == "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000"
        )
        #expect(throws: MLflowError.self) { try fields.pageSize("zero", standard: 1, limit: 5) }
        #expect(try fields.pageSize("absent", standard: 7, limit: 5) == 7)
    }

    @Test func `deep and broken JSON is refused`() {
        #expect(throws: (any Error).self) { try WireValue(parsing: [UInt8](repeating: 0x5B, count: 100_000)) }
        for text in ["", "{", "{\"a\":}", "[1,]", "nul", "{\"a\":1}x", "\"\u{1}\""] {
            #expect(throws: (any Error).self, "\(text)") { try WireValue(parsing: Array(text.utf8)) }
        }
    }

    @Test func `a path is decoded once and never leads out of its folder`() {
        let base = "/files/"
        #expect(RequestText.path("/files/a%20b%2B%EA%B0%80/100%25.txt", below: base) == "a b+가/100%.txt")
        #expect(RequestText.path("/files/%2541", below: base) == "%41")
        for wrong in ["%252e%252e/x", "a/%252e%252e/b", "%255c", "%25252e%25252e/x", "/elsewhere", "%FF"] {
            let path = RequestText.path("/files/" + wrong, below: base)
            #expect(path == nil || (try? ArtifactProxy.checked(path ?? "")) == nil, "\(wrong)")
        }
    }

    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-10", .part(90..<100)),
            ("bytes=95-200", .part(95..<100)), ("bytes=-1000", .part(0..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-2", .whole), ("bytes=0-1,3-4", .whole), ("lines=0-1", .whole),
            ("bytes=a-b", .whole), ("bytes=", .whole), ("bytes=0-9223372036854775807", .part(0..<100)),
        ] as [(String?, ByteRange)]
    )
    func `a range is held at the size of the file`(_ header: String?, _ expected: ByteRange) {
        #expect(ByteRange.read(header, size: 100) == expected)
    }
}
