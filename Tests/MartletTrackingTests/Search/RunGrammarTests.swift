import MartletCore
import MartletTracking
import Testing

struct RunGrammarTests {
    private static func conditions(_ filter: String) throws -> [RunCondition] {
        try RunSearch(experimentIDs: ["1"], filter: filter, order: [], lifecycle: .active, limit: 10, offset: 0)
            .conditions
    }

    private static func order(_ text: String) throws -> [RunOrder] {
        try RunSearch(experimentIDs: ["1"], filter: "", order: [text], lifecycle: .active, limit: 10, offset: 0).order
    }

    @Test(
        arguments: [
            ("", []),
            ("metrics.rmse < 1.5", [.number(.metric("rmse"), .less, 1.5)]),
            ("metric.a.b >= -2e3", [.number(.metric("a.b"), .greaterOrEqual, -2_000)]),
            ("metrics.`val loss` != 0", [.number(.metric("val loss"), .notEqual, 0)]),
            ("metrics.\"val loss\" = 1", [.number(.metric("val loss"), .equal, 1)]),
            ("metrics.val-loss=1", [.number(.metric("val-loss"), .equal, 1)]),
            ("params.k = 'it''s'", [.text(.parameter("k"), .equal, "it's")]),
            ("parameter.k LIKE \"a%\"", [.text(.parameter("k"), .like, "a%")]),
            ("param.k ilike 'A%'", [.text(.parameter("k"), .caseInsensitiveLike, "A%")]),
            ("tags.mlflow.source.name = 'x'", [.text(.tag("mlflow.source.name"), .equal, "x")]),
            ("tag.mlflow.runName = 'x'", [.text(.name, .equal, "x")]),
            ("tags.k IS NULL and params.p is not null", [.missing(.tag("k")), .exists(.parameter("p"))]),
            ("status = 'FINISHED'", [.text(.status, .equal, "FINISHED")]),
            ("attributes.run_name != 'x'", [.text(.name, .notEqual, "x")]),
            ("`run name` = 'x' AND run.`Run Name` = 'y'", [.text(.name, .equal, "x"), .text(.name, .equal, "y")]),
            ("run_id IN ('a', 'b')", [.anyOf(.id, ["a", "b"])]),
            ("attr.run_id NOT IN ('a')", [.noneOf(.id, ["a"])]),
            (
                "start_time > 1700000000123",
                [.time(.startedAt, .greater, EventTime(microseconds: 1_700_000_000_123_000))]
            ),
            ("Created <= 5", [.time(.startedAt, .lessOrEqual, EventTime(microseconds: 5_000))]),
            ("artifact_uri LIKE 's3:%'", [.text(.artifactURI, .like, "s3:%")]),
            (
                "datasets.name = 'd' AND dataset.digest IN ('1','2')",
                [
                    .text(.dataset(.name), .equal, "d"), .anyOf(.dataset(.digest), ["1", "2"]),
                ]
            ),
        ] as [(String, [RunCondition])]
    )
    func `a filter is read as typed conditions`(_ filter: String, _ expected: [RunCondition]) throws {
        #expect(try Self.conditions(filter) == expected)
    }

    @Test(arguments: [
        ("metrics.a = 'x'", "Expected numeric value type for 'a'"),
        ("params.a = 3", "Expected a quoted string value for 'a'"),
        ("params.a = x", "expected a number or a quoted string value, such as 'my-value', found 'x' at character 12"),
        ("a.b = 1 OR c.d = 2", "OR is not supported; only AND joins comparisons"),
        ("metrics.a > 1 metrics.b > 2", "expected AND, found 'metrics.b' at character 15"),
        ("status IN ('FAILED')", "Invalid comparator 'IN'"),
        ("metrics.a LIKE 'x'", "Invalid comparator 'LIKE'"),
        ("start_time IN ('x')", "Invalid comparator 'IN'"),
        ("model.a = 'x'", "Invalid entity type 'model'"),
        ("statsu = 'x'", "Did you mean 'status'?"),
        ("dataset.nam = 'x'", "Did you mean 'name'?"),
        ("params.a = 'x", "the quote at character 12 does not end"),
        ("metrics.a >", "expected a value, the text ends"),
        ("metrics.a == 1", "expected one of =, !="),
        ("metrics.a", "expected a comparison, the text ends"),
        ("run_id IN ()", "expected a number or a quoted string value"),
        ("run_id IN ('a' 'b')", "expected ',' or ')' in the list"),
        ("AND", "expected a key, found 'AND' at character 1"),
    ])
    func `a wrong filter says what was found and where`(_ filter: String, _ text: String) throws {
        let error = #expect(throws: TrackingError.self) { try Self.conditions(filter) }
        #expect(error?.code == .invalidSearch)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test func `an order names a key and a direction`() throws {
        #expect(try Self.order("metrics.`a b` DESC") == [RunOrder(.metric("a b"), ascending: false)])
        #expect(try Self.order("params.x") == [RunOrder(.parameter("x"))])
        #expect(try Self.order("attribute.start_time asc") == [RunOrder(.startedAt)])
        #expect(try Self.order("tags.mlflow.runName desc") == [RunOrder(.name, ascending: false)])
        for wrong in ["nonsense", "metrics.a UP", "metrics.a DESC x", "", "dataset.name"] {
            let error = #expect(throws: TrackingError.self) { try Self.order(wrong) }
            #expect(error?.code == .invalidSearch)
        }
    }

    @Test func `filters that say the same in other words are read the same`() throws {
        let words = [
            "metrics.a>1 and params.b='x'", "METRICS.a > 1.0 AND parameters.b = \"x\"",
            " metric.`a`>1e0\nAND param.b\t=\t'x' ",
        ]
        let read = try words.map(Self.conditions)
        #expect(Set(read).count == 1)
    }
}
