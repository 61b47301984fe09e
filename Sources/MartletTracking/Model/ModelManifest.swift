package import Foundation
package import MartletCore

/// The library that trained a model and defines what it answers.
package enum ModelEngine: String, Sendable, Hashable, Codable, CaseIterable {
    case lightGBM = "lightgbm"
    case xgBoost = "xgboost"
    /// A network or pipeline that another library exported.
    case onnx
}

/// What a model is asked for.
package enum ModelTask: String, Sendable, Hashable, Codable, CaseIterable {
    case regression
    case binaryClassification = "binary_classification"
}

/// All that a gateway must know to serve a model; written as `manifest.json` beside the model's bytes.
package struct ModelManifest: Sendable, Hashable, Codable {
    /// The name of the file in a model's folder.
    package static let fileName = "manifest.json"

    /// The layout of this file; a reader refuses a later one.
    package var formatVersion: Int
    package var engine: ModelEngine
    /// The name of the file with the model's bytes, in the same folder.
    package var modelFile: String
    package var modelHash: ContentHash
    package var task: ModelTask
    package var labelName: String
    /// The unit of the prediction, such as `10,000 KRW`.
    package var unit: String?
    /// The columns in model order.
    package var inputs: [ModelInput]
    /// The entity keys a request gives, when a feature service is used.
    package var joinKeys: [String]
    package var featureService: String?
    package var featureServiceFingerprint: ContentHash?
    /// The score from which a binary classifier says yes.
    package var threshold: Double?
    package var trainedAt: EventTime
    /// The run that made the model; `nil` when a model from elsewhere does not say.
    package var runID: RunID?
    /// The training set; `nil`, like the recipe, for a model that was not trained here.
    package var snapshotHash: ContentHash?
    package var recipeName: String?
    package var recipeHash: ContentHash?

    /// Describes a trained model.
    package init(
        engine: ModelEngine,
        modelFile: String,
        modelHash: ContentHash,
        task: ModelTask,
        labelName: String,
        unit: String? = nil,
        inputs: [ModelInput],
        joinKeys: [String] = [],
        featureService: String? = nil,
        featureServiceFingerprint: ContentHash? = nil,
        threshold: Double? = nil,
        trainedAt: EventTime,
        runID: RunID?,
        snapshotHash: ContentHash?,
        recipeName: String?,
        recipeHash: ContentHash?
    ) {
        self.formatVersion = Self.currentFormatVersion
        self.engine = engine
        self.modelFile = modelFile
        self.modelHash = modelHash
        self.task = task
        self.labelName = labelName
        self.unit = unit
        self.inputs = inputs
        self.joinKeys = joinKeys
        self.featureService = featureService
        self.featureServiceFingerprint = featureServiceFingerprint
        self.threshold = threshold
        self.trainedAt = trainedAt
        self.runID = runID
        self.snapshotHash = snapshotHash
        self.recipeName = recipeName
        self.recipeHash = recipeHash
    }

    /// The layout this code writes.
    package static let currentFormatVersion = 1

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case engine
        case modelFile = "model_file"
        case modelHash = "model_hash"
        case task
        case labelName = "label"
        case unit, inputs
        case joinKeys = "join_keys"
        case featureService = "feature_service"
        case featureServiceFingerprint = "feature_service_fingerprint"
        case threshold
        case trainedAt = "trained_at"
        case runID = "run_id"
        case snapshotHash = "snapshot_hash"
        case recipeName = "recipe"
        case recipeHash = "recipe_hash"
    }
}

extension ModelManifest {
    /// The file's bytes: JSON over several lines, keys sorted; equal manifests give equal bytes.
    package var bytes: Data {
        get throws { try Data((JSONValue(encoding: self).prettyText + "\n").utf8) }
    }

    /// Reads a file written by ``bytes``.
    ///
    /// - Throws: `model.invalidManifest` when a key is missing, a value has the wrong type, or the layout is later.
    package init(parsing bytes: Data) throws(TrackingError) {
        let manifest: ModelManifest
        do {
            manifest = try JSONDecoder().decode(ModelManifest.self, from: bytes)
        } catch {
            throw TrackingError(
                .invalidManifest,
                "the model manifest cannot be read: \(Self.explain(error)); train or register the model again",
                underlying: error
            )
        }
        guard manifest.formatVersion <= Self.currentFormatVersion else {
            throw TrackingError(
                .invalidManifest,
                "the model manifest has format version \(manifest.formatVersion), this program reads up to "
                    + "\(Self.currentFormatVersion); use a newer martlet"
            )
        }
        self = manifest
    }

    private static func explain(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is not JSON"
                : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has a wrong value"
        default: "it is not a manifest"
        }
    }
}
