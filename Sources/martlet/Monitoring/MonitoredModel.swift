import Foundation
import MartletCore
import MartletForest
import MartletMonitoring
import MartletServing
import MartletStores
import MartletTracking

/// A model version with what it was trained on: reads records of the prediction log as rows to compare.
struct MonitoredModel: Sendable {
    let version: ModelVersionID
    let manifest: ModelManifest
    let reference: ReferenceProfile
    /// Explains rows; `nil` for a model that cannot be explained.
    private let forest: Forest?
    /// Foresees errors; `nil` for other models than regressions.
    private let loss: Forest?
    private let codes: [[String: Double]?]

    /// Loads `version` from `artifacts`.
    ///
    /// - Throws: `monitoring.noReference` when the version was not trained here, or before profiles were kept.
    init(_ version: ModelVersion, _ artifacts: any ArtifactStore) async throws {
        let folder = try version.artifactFolder
        self.version = version.id
        self.manifest = try await ModelFolder(artifacts).manifest(of: version)
        guard try await artifacts.entry(at: folder.appending(ReferenceProfile.fileName)) != nil else {
            throw MonitoringError(
                .monitoringNoReference,
                "\(version.id) has no \(ReferenceProfile.fileName), so nothing says what its training data looked like; "
                    + "train it again with 'martlet train'"
            )
        }
        self.reference = try ReferenceProfile(
            parsing: await artifacts.read(folder.appending(ReferenceProfile.fileName))
        )
        let bytes = try await artifacts.read(folder.appending(self.manifest.modelFile))
        switch self.manifest.engine {
        case .lightGBM: self.forest = try Forest(lightGBM: Array(bytes))
        case .xgBoost: self.forest = try Forest(xgBoost: Array(bytes))
        case .onnx: self.forest = nil
        }
        if let loss = self.reference.loss {
            let model = Array(try await artifacts.read(folder.appending(LossReference.fileName)))
            self.loss = loss.engine == "xgboost" ? try Forest(xgBoost: model) : try Forest(lightGBM: model)
        } else {
            self.loss = nil
        }
        self.codes = self.manifest.inputs.map { input in
            input.categories.map { categories in
                Dictionary(zip(categories, (0..<categories.count).map(Double.init))) { first, _ in first }
            }
        }
    }

    /// One input of a request as its columns.
    func cells(_ input: LoggedPrediction.Input) -> [String: ProfiledCell] {
        var cells: [String: ProfiledCell] = [:]
        for (position, column) in self.manifest.inputs.enumerated() {
            let value = Self.value(input.features[column.name] ?? .null)
            if self.codes[position] != nil {
                cells[column.name] = value.category.map(ProfiledCell.category) ?? .missing
            } else {
                cells[column.name] = value.number.isNaN ? .missing : .number(value.number)
            }
        }
        return cells
    }

    /// Takes the inputs of an answered request into `profile`; `isExplained` costs some hundred microseconds a row.
    func add(_ record: LoggedPrediction, isExplained: Bool, to profile: inout TrafficProfile) {
        for (index, input) in (record.inputs ?? []).enumerated() {
            let cells = self.cells(input)
            let prediction = record.predictions.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            let row = self.row(input)
            var contributions: [String: Double]?
            if isExplained, index == 0, let forest, forest.featureCount == row.count {
                contributions = Dictionary(
                    zip(self.manifest.inputs.map(\.name), forest.contributions(row)),
                    uniquingKeysWith: { first, _ in first }
                )
            }
            profile.add(
                cells,
                prediction: prediction,
                reconstructionError: self.reference.reconstruction.map { $0.error(of: cells) },
                foreseenError: prediction.flatMap { prediction in
                    self.loss.flatMap { $0.featureCount == row.count + 1 ? max(0, $0.score(row + [prediction])) : nil }
                },
                contributions: contributions
            )
        }
    }

    private func row(_ input: LoggedPrediction.Input) -> [Double] {
        self.manifest.inputs.enumerated()
            .map { position, column in
                let value = Self.value(input.features[column.name] ?? .null)
                guard let codes = self.codes[position] else { return value.number }
                return value.category.flatMap { codes[$0] } ?? .nan
            }
    }

    private static func value(_ json: JSONValue) -> Value {
        switch json {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .int64(value)
        case .number(let value): .float64(value)
        case .string(let value): .string(value)
        case .null, .array, .object: .null
        }
    }
}
