package import Foundation
import MartletCore
import MartletForest
package import MartletTracking

/// A model that was logged from Python, read from its `MLmodel` file so that it is served like our own.
package struct ImportedModel: Sendable {
    /// How the file with the model's bytes is read.
    package let engine: ModelEngine
    /// The name of that file in the model's folder.
    package let modelFile: String
    private let file: MLmodelFile

    /// Chooses how to load the model of `file`.
    ///
    /// - Throws: `deployment.notLoadable` with what to do, when no flavor can be served.
    package init(_ file: MLmodelFile) throws(ServingError) {
        self.file = file
        if let lightGBM = file.flavors["lightgbm"] {
            let kind = lightGBM["model_class"] ?? "lightgbm.basic.Booster"
            guard kind == "lightgbm.basic.Booster" else {
                throw Self.unsupported(
                    "The model is a \(kind), which is stored as pickled Python. Log its booster: "
                        + "mlflow.lightgbm.log_model(model.booster_, …)."
                )
            }
            (self.engine, self.modelFile) = (.lightGBM, lightGBM["data"] ?? "model.lgb")
        } else if let xgBoost = file.flavors["xgboost"] {
            (self.engine, self.modelFile) = (.xgBoost, xgBoost["data"] ?? "model.xgb")
        } else if let network = file.flavors["onnx"] {
            (self.engine, self.modelFile) = (.onnx, network["data"] ?? "model.onnx")
        } else if file.flavors["sklearn"] != nil {
            throw Self.unsupported(
                "The model is a scikit-learn model, which is pickled Python and is tracked but not served. Export it to "
                    + "ONNX and log that: mlflow.onnx.log_model(skl2onnx.to_onnx(model, numpy.asarray(X[:1], 'float32')), "
                    + "name='model', signature=mlflow.models.infer_signature(X, y)). For a classifier give to_onnx "
                    + "options={'zipmap': False} too."
            )
        } else {
            let names = file.flavors.keys.sorted().joined(separator: ", ")
            throw Self.unsupported(
                "The model has the flavors \(names), none of which is served. Log it with mlflow.lightgbm, mlflow.xgboost "
                    + "or mlflow.onnx."
            )
        }
        guard (try? ArtifactPath(self.modelFile)) != nil else {
            throw Self.unsupported("The model's file has the name '\(self.modelFile)'; log the model again.")
        }
    }

    /// What a gateway must know, from the model's bytes and the signature.
    ///
    /// - Throws: `deployment.notLoadable` when bytes and signature do not fit together, `ForestError` when the bytes
    ///   cannot be scored.
    package func manifest(bytes: Data, version: ModelVersion) throws -> ModelManifest {
        let (inputs, task) = try self.inputsAndTask(bytes)
        return ModelManifest(
            engine: self.engine,
            modelFile: self.modelFile,
            modelHash: ContentHash(of: bytes),
            task: task,
            labelName: self.file.outputName ?? "prediction",
            inputs: inputs,
            trainedAt: self.file.createdAt ?? version.createdAt,
            runID: self.file.runID ?? version.runID,
            snapshotHash: nil,
            recipeName: nil,
            recipeHash: nil
        )
    }

    private func inputsAndTask(_ bytes: Data) throws -> ([ModelInput], ModelTask) {
        let forest =
            switch self.engine {
            case .lightGBM: try Forest(lightGBM: Array(bytes))
            case .xgBoost: try Forest(xgBoost: Array(bytes))
            case .onnx: nil as Forest?
            }
        guard let forest else {
            let isClassifier = ONNXOutputs(bytes).isBinaryClassifier
            return (try self.networkInputs(bytes), isClassifier ? .binaryClassification : .regression)
        }
        let task: ModelTask =
            switch forest.objective {
            case .sigmoid, .step: .binaryClassification
            default: .regression
            }
        guard let columns = self.file.columns else {
            return (forest.featureNames.map { ModelInput(name: $0, type: .float64, source: .request) }, task)
        }
        guard columns.count == forest.featureCount else {
            throw Self.unsupported(
                "The signature of the model has \(columns.count) columns, the model takes \(forest.featureCount). Log the "
                    + "model again with the signature of what it was trained on."
            )
        }
        return (try self.inputs(columns, bytes), task)
    }

    /// The columns of a network; a signature of one tensor has the names `x0`, `x1` and so on.
    private func networkInputs(_ bytes: Data) throws(ServingError) -> [ModelInput] {
        if let columns = self.file.columns { return try self.inputs(columns, bytes) }
        guard let width = self.file.tensorWidth else {
            throw Self.unsupported(
                "The ONNX model has no signature, so nothing says what it takes. Log it with one: "
                    + "mlflow.onnx.log_model(model, signature=mlflow.models.infer_signature(X, y), …)."
            )
        }
        return (0..<width).map { ModelInput(name: "x\($0)", type: .float64, source: .request) }
    }

    private func inputs(_ columns: [MLmodelFile.Column], _ bytes: Data) throws(ServingError) -> [ModelInput] {
        var categories = self.engine == .lightGBM ? Self.categories(bytes)[...] : []
        var inputs: [ModelInput] = []
        for column in columns {
            var input = ModelInput(name: column.name, type: .float64, source: .request, isRequired: column.isRequired)
            switch column.type {
            case "double", "float": break
            case "long", "integer": input.type = .int64
            case "boolean": input.type = .boolean
            case "string":
                guard let known = categories.popFirst() else {
                    throw Self.unsupported(
                        "The column '\(column.name)' of the model's signature is text, and the model's file does not say "
                            + "how text becomes a number. Train LightGBM on a column of pandas' type category, or encode it."
                    )
                }
                input.type = .string
                input.categories = known
            default:
                throw Self.unsupported(
                    "The column '\(column.name)' of the model's signature is '\(column.type)', which no model takes here; "
                        + "train with a number derived from it."
                )
            }
            inputs.append(input)
        }
        return inputs
    }

    /// The categories of each text column, which LightGBM's Python package writes at the end of the model.
    private static func categories(_ bytes: Data) -> [[String]] {
        let mark = Data("pandas_categorical:".utf8)
        guard let start = bytes.range(of: mark, options: .backwards)?.upperBound else { return [] }
        let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
        guard case .array(let columns) = try? JSONValue(parsing: Data(line)) else { return [] }
        return columns.compactMap { column in
            guard case .array(let values) = column else { return nil }
            return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        }
    }

    private static func unsupported(_ message: String) -> ServingError {
        ServingError(.deploymentNotLoadable, message)
    }
}
