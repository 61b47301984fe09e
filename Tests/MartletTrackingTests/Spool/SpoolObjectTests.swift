import Foundation
import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct SpoolObjectTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    @Test func `a run made here reads as a server's`() throws {
        let request: JSONValue = [
            "experiment_id": "7", "start_time": 5, "tags": [["key": "mlflow.user", "value": "ada"]],
        ]
        let run = SpoolObject(making: .run, request, id: "abc123", at: Self.now)
        let answer = try #require(run.answer.value)
        #expect(SpoolObject(.run, in: answer) == run)
        #expect(run.value["info"]?["experiment_id"] == "7")
        #expect(run.value["info"]?["start_time"] == 5)
        #expect(run.value["info"]?["artifact_uri"] == "mlflow-artifacts:/7/abc123/artifacts")
        #expect(run.value["data"]?["tags"]?.items.count == 1)
    }

    @Test func `changes and tags replace what was known`() {
        let run = SpoolObject(making: .run, ["tags": [["key": "a", "value": "1"]]], id: "x", at: Self.now)
            .changing(["status": "FINISHED"])
            .setting(tags: [["key": "a", "value": "2"], ["key": "b", "value": "3"]])
        #expect(run.value["info"]?["status"] == "FINISHED")
        #expect(run.value["info"]?["run_id"] == "x")
        #expect(run.value["data"]?["tags"] == [["key": "a", "value": "2"], ["key": "b", "value": "3"]])
        let model = SpoolObject(making: .model, ["name": "m"], id: "m-x", at: Self.now)
            .setting(tags: [["key": "c", "value": "4"]])
        #expect(model.value["info"]?["tags"] == [["key": "c", "value": "4"]])
    }

    @Test func `an answer without the object is no object`() {
        #expect(SpoolObject(.run, in: [:]) == nil)
        #expect(SpoolObject(.run, in: ["run": ["info": [:]]]) == nil)
        #expect(SpoolObject(.experiment, in: ["experiment": ["experiment_id": 3, "name": "n"]])?.id == "3")
    }

    @Test func `the server's ids stand wherever the spool's stood, and only there`() {
        var generator = SplitMix64(seed: 1)
        let run = SpoolNames.draw(.run, using: &generator)
        let model = SpoolNames.draw(.model, using: &generator)
        let experiment = SpoolNames.draw(.experiment, using: &generator)
        #expect(run.count == 32)
        #expect(model.hasPrefix("m-") && model.count == 34)
        #expect(Int64(experiment) != nil)
        let names = SpoolNames([run: "real-run", model: "m-real", experiment: "12"])
        let path = "/artifacts/\(experiment)/\(run)/x?model=\(model)"
        #expect(names.translate(path) == "/artifacts/12/real-run/x?model=m-real")
        let binary = Data([0xFF, 0xFE]) + Data(run.utf8)
        #expect(names.translate(binary) == binary)
        #expect(names.translate(Data("{\"run_id\":\"\(run)\"}".utf8)) == Data("{\"run_id\":\"real-run\"}".utf8))
        #expect(SpoolNames([:]).translate(run) == run)
    }

    @Test(arguments: [
        (200, true, false, false), (404, false, false, false), (400, false, false, false), (401, false, true, false),
        (429, false, true, false), (500, false, true, false), (503, false, true, true), (502, false, true, true),
    ])
    func `a status says whether a call is done, may be tried again, or nobody was there`(
        status: Int,
        isSuccess: Bool,
        isPassing: Bool,
        isAway: Bool
    ) {
        let answer = SpoolAnswer(status: status, contentType: nil, body: Data())
        #expect(answer.isSuccess == isSuccess)
        #expect(answer.isPassing == isPassing)
        #expect(answer.isAway == isAway)
    }
}
