import Foundation
import MartletCore
import MartletTracking
import Testing

struct MLmodelFileTests {
    @Test func `flavors, signature and origin are read`() throws {
        let text = """
            flavors:
              lightgbm: {data: model.lgb, model_class: lightgbm.basic.Booster, code: null}
              python_function:
                loader_module: mlflow.lightgbm
                env: {conda: conda.yaml}
            run_id: 0123456789abcdef0123456789abcdef
            signature:
              inputs: '[{"type": "double", "name": "area", "required": true}, {"type": "string", "name": "it''s",
                "required": false}]'
              outputs: '[{"type": "double", "name": "price"}]'
            utc_time_created: '2026-11-21 06:58:57.591013'
            """
        let file = try MLmodelFile(parsing: Data(text.utf8))
        #expect(file.flavors["lightgbm"]?["data"] == "model.lgb")
        #expect(
            file.columns == [
                .init(name: "area", type: "double", isRequired: true),
                .init(name: "it's", type: "string", isRequired: false),
            ]
        )
        #expect(file.outputName == "price")
        #expect(file.runID == RunID("0123456789abcdef0123456789abcdef"))
        #expect(file.createdAt?.description == "2026-11-21T06:58:57.591013Z")
    }

    @Test func `a signature of tensors has no columns`() throws {
        let text = #"{flavors: {onnx: {data: model.onnx}}, signature: {inputs: '[{"type": "tensor"}]'}}"#
        #expect(try MLmodelFile(parsing: Data(text.utf8)).columns == nil)
    }

    @Test(arguments: ["", "[]", "a: b", "flavors: x", "flavors: {a: {}}\nsignature: {inputs: 'no json'}"])
    func `what is no such file is refused`(_ text: String) {
        let error = #expect(throws: TrackingError.self) { try MLmodelFile(parsing: Data(text.utf8)) }
        #expect(error?.code == .invalidManifest)
    }
}
