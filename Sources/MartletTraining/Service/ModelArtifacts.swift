import Foundation
import MartletCore
import MartletFeatures
import MartletTracking

/// Writes what belongs to the chosen model into its run's `model` folder.
struct ModelArtifacts {
    let recipe: Recipe
    let recipeHash: ContentHash
    let table: TrainingTable
    let service: FeatureService?
    let snapshotHash: ContentHash
    let best: RunOutcome
    let result: RunResult
    let trainedAt: EventTime

    /// The name of the file with the model's bytes.
    var modelFile: String {
        switch self.best.experiment.engine {
        case .lightgbm: "model.txt"
        case .xgboost: "model.json"
        }
    }

    /// What a gateway must know to serve the model.
    var manifest: ModelManifest {
        ModelManifest(
            engine: self.best.experiment.engine == .lightgbm ? .lightGBM : .xgBoost,
            modelFile: self.modelFile,
            modelHash: self.result.modelHash,
            task: self.recipe.task == .regression ? .regression : .binaryClassification,
            labelName: self.recipe.label.value,
            unit: self.recipe.unit,
            inputs: zip(self.table.columns, self.table.encodings)
                .map { column, encoding in
                    ModelInput(
                        name: column.name,
                        type: column.type,
                        source: Self.source(of: column),
                        categories: encoding?.categories,
                        isRequired: column.isRequired
                    )
                },
            joinKeys: self.service?.joinKeys.map(\.name) ?? [],
            featureService: self.service?.name,
            featureServiceFingerprint: self.service?.fingerprint,
            threshold: self.result.threshold,
            trainedAt: self.trainedAt,
            runID: self.best.run,
            snapshotHash: self.snapshotHash,
            recipeName: self.recipe.name,
            recipeHash: self.recipeHash
        )
    }

    /// What the inputs and answers looked like, for later drift checks.
    var reference: ReferenceDistributions {
        let rows = self.table.split.train
        var features: [String: ReferenceDistributions.Distribution] = [:]
        for (position, column) in self.table.columns.enumerated() {
            let values = self.table.column(position, of: rows)
            features[column.name] =
                self.table.encodings[position].map { .init(codes: values, categories: $0.categories) }
                ?? .init(numbers: values)
        }
        return ReferenceDistributions(
            rowCount: rows.count,
            features: features,
            prediction: .init(numbers: self.result.validationPredictions),
            label: .init(numbers: self.table.labels(of: rows))
        )
    }

    /// The names and types of inputs and output, for clients that read signatures.
    var signature: JSONValue {
        let inputs = self.table.columns.map { column -> JSONValue in
            .object([
                "name": .string(column.name), "type": .string(column.type.rawValue),
                "required": .boolean(column.isRequired),
            ])
        }
        let name = self.recipe.task == .regression ? self.recipe.label.value : "probability"
        let output: JSONValue = .object(["name": .string(name), "type": "float64"])
        return .object(["inputs": .array(inputs), "outputs": .array([output])])
    }

    /// Stores every file and returns the folder.
    func write(
        card: String,
        report: JSONValue,
        importance: [ColumnImportance],
        reference: [(name: String, bytes: Data)],
        experimentID: String,
        to store: any ArtifactStore
    ) async throws -> ArtifactPath {
        let folder = try ArtifactPath.folder(experimentID: experimentID, runID: self.best.run).appending("model")
        let manifest = self.manifest
        let example = self.table.split.train.first.map { self.table.matrix(of: [$0]) } ?? []
        let files: [(String, Data)] = [
            (self.modelFile, Data(self.result.model.bytes)),
            (ModelManifest.fileName, try manifest.bytes),
            ("reference.json", Self.data(try JSONValue(encoding: self.reference))),
            ("signature.json", Self.data(self.signature)),
            ("importance.json", Self.data(try JSONValue(encoding: importance))),
            ("metrics.json", Self.data(report)),
            ("model_card.md", Data(card.utf8)),
        ]
        let forMLflow = MLflowModelFiles(manifest: manifest, example: example).files.map { ($0.name, $0.bytes) }
        let forMonitoring = reference.map { ($0.name, $0.bytes) }
        for (name, bytes) in files + forMonitoring + forMLflow {
            try await store.put(bytes, at: folder.appending(name))
        }
        return folder
    }

    private static func data(_ value: JSONValue) -> Data { Data((value.prettyText + "\n").utf8) }

    private static func source(of column: ModelColumn) -> ModelInput.Source {
        switch column.source {
        case .request: .request
        case .feature(let view, let feature): .feature(view: view, feature: feature)
        }
    }
}
