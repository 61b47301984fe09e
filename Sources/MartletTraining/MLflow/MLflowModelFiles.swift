import Foundation
import MartletCore
import MartletTracking

/// The files that let MLflow load a model of ours: `MLmodel`, the Python environment, and an example of the input.
///
/// Columns with categories are given as codes, the position of the category in the manifest's list, because the
/// libraries' own loaders know numbers only.
struct MLflowModelFiles: Sendable {
    /// The version of the format, which is that of the MLflow that reads and writes it.
    private static let formatVersion = "3.17.2"
    private static let pythonVersion = "3.11"

    let manifest: ModelManifest
    /// One row of the training set, in model order.
    let example: [Double]

    /// The names of the files with their bytes.
    var files: [(name: String, bytes: Data)] {
        [
            (MLmodelFile.fileName, Data(self.mlmodel.utf8)), ("conda.yaml", Data(self.conda.utf8)),
            ("python_env.yaml", Data(self.pythonEnvironment.utf8)),
            ("requirements.txt", Data((self.requirements.joined(separator: "\n") + "\n").utf8)),
            ("input_example.json", Data(self.inputExample.utf8)),
        ]
    }

    private var flavor: (name: String, settings: [String]) {
        switch self.manifest.engine {
        case .lightGBM: ("lightgbm", ["model_class: lightgbm.basic.Booster"])
        case .xgBoost: ("xgboost", ["model_class: xgboost.core.Booster", "model_format: json"])
        case .onnx: ("onnx", ["providers: [CPUExecutionProvider]"])
        }
    }

    private var requirements: [String] {
        ["mlflow>=2.22", self.flavor.name, "numpy", "pandas", "scikit-learn", "scipy"]
    }

    private var mlmodel: String {
        let settings = self.flavor.settings.map { "\n    \($0)" }.joined()
        let created = self.manifest.trainedAt.description.replacing("T", with: " ").replacing("Z", with: "")
        let runID = self.manifest.runID.map { "run_id: \($0)\n" } ?? ""
        let identity = ContentHash(of: "\(self.manifest.modelHash)\(runID)").description.prefix(32)
        return """
            artifact_path: model
            flavors:
              \(self.flavor.name):
                code: null
                data: \(self.manifest.modelFile)\(settings)
              python_function:
                data: \(self.manifest.modelFile)
                env:
                  conda: conda.yaml
                  virtualenv: python_env.yaml
                loader_module: mlflow.\(self.flavor.name)
                python_version: \(Self.pythonVersion).0
            mlflow_version: \(Self.formatVersion)
            model_uuid: \(identity)
            \(runID)saved_input_example_info:
              artifact_path: input_example.json
              pandas_orient: split
              type: dataframe
            signature:
              inputs: \(Self.quoted(self.signature))
              outputs: \(Self.quoted(self.outputs))
              params: null
            utc_time_created: '\(created)'

            """
    }

    /// The columns as MLflow's types.
    private var signature: JSONValue {
        .array(
            self.manifest.inputs.map { input in
                .object([
                    "name": .string(input.name), "type": .string(Self.type(of: input)),
                    "required": .boolean(true),
                ])
            }
        )
    }

    private var outputs: JSONValue {
        [["name": .string(self.manifest.labelName), "type": "double", "required": true]]
    }

    /// A column that may be missing is a double, because only doubles have `NaN` in a data frame.
    private static func type(of input: ModelInput) -> String {
        guard input.categories == nil, input.isRequired else { return "double" }
        return switch input.type {
        case .int64: "long"
        case .boolean: "boolean"
        case .float64, .string, .date, .timestamp: "double"
        }
    }

    private var inputExample: String {
        let cells = zip(self.manifest.inputs, self.example)
            .map { input, value -> JSONValue in
                switch Self.type(of: input) {
                case "boolean": .boolean(value != 0)
                case "long": .integer(Int64(value.isFinite && abs(value) < 9e18 ? value : 0))
                default: value.isFinite ? .number(value) : .null
                }
            }
        let columns = self.manifest.inputs.map { JSONValue.string($0.name) }
        return JSONValue.object(["columns": .array(columns), "data": .array([.array(cells)])]).canonicalText + "\n"
    }

    private var conda: String {
        let packages = self.requirements.map { "  - \($0)\n" }.joined()
        return """
            channels:
            - conda-forge
            dependencies:
            - python=\(Self.pythonVersion)
            - pip
            - pip:
            \(packages)name: mlflow-env

            """
    }

    private var pythonEnvironment: String {
        """
        python: \(Self.pythonVersion).0
        build_dependencies:
        - pip
        - setuptools
        - wheel
        dependencies:
        - -r requirements.txt

        """
    }

    /// JSON inside YAML.
    private static func quoted(_ value: JSONValue) -> String {
        "'" + value.canonicalText.replacing("'", with: "''") + "'"
    }
}
