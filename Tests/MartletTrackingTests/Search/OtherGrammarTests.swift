import MartletCore
import MartletTracking
import Testing

struct OtherGrammarTests {
    @Test func `experiments are searched by name, times and tags`() throws {
        let search = try ExperimentSearch(
            filter: "name ILIKE 'a%' AND tags.k IS NOT NULL AND creation_time >= 5 AND experiment_id IN ('1')",
            order: ["name DESC", "last_update_time"],
            lifecycle: nil,
            limit: 5,
            offset: 0
        )
        #expect(
            search.conditions == [
                .text(.name, .caseInsensitiveLike, "a%"), .exists(.tag("k")),
                .time(.createdAt, .greaterOrEqual, EventTime(microseconds: 5_000)), .anyOf(.id, ["1"]),
            ]
        )
        #expect(search.order == [ExperimentOrder(.name, ascending: false), ExperimentOrder(.updatedAt)])
        let error = #expect(throws: TrackingError.self) {
            try ExperimentSearch(filter: "nam = 'a'", order: [], lifecycle: nil, limit: 5, offset: 0)
        }
        #expect(error?.message.contains("Did you mean 'name'?") == true)
    }

    @Test func `models and versions are searched by their own keys`() throws {
        let models = try RegisteredModelSearch(
            filter: "name LIKE 'p%' AND tag.a != 'b'",
            order: ["timestamp DESC"],
            limit: 10,
            offset: 0
        )
        #expect(models.conditions == [.text(.name, .like, "p%"), .text(.tag("a"), .notEqual, "b")])
        #expect(models.order == [RegistryOrder(.createdAt, ascending: false)])
        let versions = try ModelVersionSearch(
            filter: "name = 'p' AND version_number >= 2 AND run_id IN ('x') AND source_path LIKE '%/m'",
            order: ["version_number ASC"],
            limit: 10,
            offset: 0
        )
        #expect(
            versions.conditions == [
                .text(.model, .equal, "p"), .number(.number, .greaterOrEqual, 2), .anyOf(.runID, ["x"]),
                .text(.source, .like, "%/m"),
            ]
        )
        for wrong in ["run_id = 'x'", "name > 'a'", "name = 3", "metrics.a = 1"] {
            #expect(throws: TrackingError.self) {
                try RegisteredModelSearch(filter: wrong, order: [], limit: 10, offset: 0)
            }
        }
        #expect(throws: TrackingError.self) {
            try ModelVersionSearch(filter: "version_number = 'a'", order: [], limit: 10, offset: 0)
        }
    }

    @Test(arguments: ["tag.`mlflow.prompt.is_prompt` = 'false'", "tags.mlflow.prompt.is_prompt != 'true'"])
    func `a model without the tag of prompts is no prompt`(_ filter: String) throws {
        let search = try RegisteredModelSearch(filter: filter, order: [], limit: 10, offset: 0)
        #expect(search.conditions == [.isNot(.tag("mlflow.prompt.is_prompt"), "true")])
    }

    @Test func `logged models are searched by metrics on data sets, params and attributes`() throws {
        let search = try LoggedModelSearch(
            experimentIDs: ["1"],
            filter: "metrics.a > 1 AND params.p = 'x' AND status = 'READY' AND source_run_id != 'r'",
            datasets: [LoggedModelDataset(name: "d")],
            order: [.init(field: "metrics.a", isAscending: false, dataset: LoggedModelDataset(name: "d", digest: "1"))],
            limit: 10,
            offset: 0
        )
        #expect(
            search.conditions == [
                .number(.metric("a", nil), .greater, 1), .text(.parameter("p"), .equal, "x"),
                .text(.status, .equal, "LOGGED_MODEL_READY"), .text(.sourceRunID, .notEqual, "r"),
            ]
        )
        let dataset = LoggedModelDataset(name: "d", digest: "1")
        #expect(search.order == [LoggedModelOrder(.metric("a", dataset), ascending: false)])
        #expect(throws: TrackingError.self) {
            try LoggedModelSearch(
                experimentIDs: nil,
                filter: "",
                datasets: [],
                order: [.init(field: "params.p", isAscending: true, dataset: nil)],
                limit: 10,
                offset: 0
            )
        }
    }

    @Test func `a page token fits its own search only`() throws {
        let token = PageToken.encode(offset: 70, of: ["runs", "metrics.a > 1"])
        #expect(try PageToken.offset(token, of: ["runs", "metrics.a > 1"]) == 70)
        #expect(try PageToken.offset(nil, of: ["runs"]) == 0)
        #expect(try PageToken.offset("", of: ["runs"]) == 0)
        #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        for wrong in [token + "x", "bad", "****", String(token.dropLast(3))] {
            let error = #expect(throws: TrackingError.self) {
                try PageToken.offset(wrong, of: ["runs", "metrics.a > 1"])
            }
            #expect(error?.code == .invalidPageToken)
        }
        #expect(throws: TrackingError.self) { try PageToken.offset(token, of: ["runs", "metrics.a > 2"]) }
    }
}
