import Foundation
package import MartletCore
import MartletForest
import MartletTracking

/// How the current champion does on the same test rows, for gates such as `mae < champion`.
struct ChampionScore: Sendable {
    let version: ModelVersionID
    let metrics: PartMetrics

    /// The alias that names the rival.
    static let alias = "champion"

    /// Scores the champion of the recipe's model on the test rows, or returns `nil` when there is none.
    ///
    /// - Throws: ``TrainingError`` with code `training.championNotComparable` when it reads columns that the training
    ///   set does not have; its figures on other rows would not be a fair limit.
    static func measure(
        recipe: Recipe,
        batch: ColumnBatch,
        table: TrainingTable,
        registry: any ModelRegistry,
        artifacts: any ArtifactStore
    ) async throws -> ChampionScore? {
        guard let model = try await registry.model(named: recipe.model), model.aliases[self.alias] != nil else {
            return nil
        }
        let version = try await registry.resolve(.alias(model: recipe.model, alias: self.alias))
        let folder = try version.artifactFolder
        let manifest = try ModelManifest(
            parsing: try await artifacts.read(folder.appending(ModelManifest.fileName))
        )
        let bytes = [UInt8](try await artifacts.read(folder.appending(manifest.modelFile)))
        let forest =
            switch manifest.engine {
            case .lightGBM: try Forest(lightGBM: bytes)
            case .xgBoost: try Forest(xgBoost: bytes)
            case .onnx:
                throw TrainingError(
                    .trainingChampionNotComparable,
                    "the champion \(version.id) is an ONNX model, which a gate cannot be measured against; point the alias "
                        + "'\(Self.alias)' at a forest, or remove the gate"
                )
            }
        let rows = table.split.test
        let values = try Self.values(of: manifest, version: version.id, batch: batch, rows: rows)
        let metrics = PartMetrics(
            task: recipe.task,
            labels: table.labels(of: rows),
            predictions: forest.scores(values),
            threshold: manifest.threshold
        )
        return ChampionScore(version: version.id, metrics: metrics)
    }

    private static func values(
        of manifest: ModelManifest,
        version: ModelVersionID,
        batch: ColumnBatch,
        rows: [Int]
    ) throws(TrainingError) -> [Double] {
        let width = manifest.inputs.count
        var values = [Double](repeating: .nan, count: rows.count * width)
        for (position, input) in manifest.inputs.enumerated() {
            guard let column = batch[input.name] else {
                throw TrainingError(
                    .trainingChampionNotComparable,
                    "a gate compares with the champion \(version), which reads column '\(input.name)'; the training set "
                        + "has no such column. Add it to the loader SQL, or set the gate to a number"
                )
            }
            let encoding = input.categories.map { CategoryEncoding(categories: $0) }
            for (index, row) in rows.enumerated() {
                let cell = column[row]
                values[index * width + position] = encoding?.code(of: cell) ?? cell.number
            }
        }
        return values
    }
}

extension ErrorCode {
    /// The champion cannot be scored on the recipe's test rows.
    package static let trainingChampionNotComparable = ErrorCode("training.championNotComparable")
}
