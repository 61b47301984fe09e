import Foundation
import MartletForest
import MartletMonitoring
import MartletStatistics

/// Writes down what a model's data looked like, and learns to foresee its errors, for the time after its release.
struct MonitoringReference: Sendable {
    let recipe: Recipe
    let table: TrainingTable
    let best: RunOutcome
    let result: RunResult
    let importance: [ColumnImportance]
    let trainer: any ModelTrainer
    let threads: Int

    /// Rows that the main directions are fitted to, and held out for their errors.
    private static let fittedRowLimit = 20_000
    private static let heldRowLimit = 5_000
    /// Fewer validation rows teach a second model nothing.
    private static let lossRowMinimum = 80

    /// The files for the model's folder; blocks while the second model grows.
    func files() throws -> [(name: String, bytes: Data)] {
        let loss = self.recipe.task == .regression ? try self.lossModel() : nil
        let profile = ReferenceProfile(
            data: self.data,
            reconstruction: self.reconstruction,
            attribution: Dictionary(
                self.importance.map { ($0.column, $0.meanAbsoluteContribution) },
                uniquingKeysWith: { first, _ in first }
            ),
            calibration: self.recipe.task == .regression
                ? nil
                : CalibrationMap(
                    scores: self.result.validationPredictions,
                    labels: self.table.labels(of: self.table.split.validation).map { $0 > 0.5 }
                ),
            loss: loss?.reference
        )
        var files: [(name: String, bytes: Data)] = [(ReferenceProfile.fileName, try profile.bytes)]
        if let loss { files.append((LossReference.fileName, Data(loss.model))) }
        return files
    }

    private var data: DataProfile {
        var columns: [String: ColumnProfile] = [:]
        for (position, column) in self.table.columns.enumerated() {
            let values = self.table.column(position, of: self.table.split.train)
            guard let encoding = self.table.encodings[position] else {
                columns[column.name] = ColumnProfile(numbers: values)
                continue
            }
            var profile = ColumnProfile(.category)
            for code in values { profile.add(code.isNaN ? nil : encoding.categories[Int(code)]) }
            columns[column.name] = profile
        }
        return DataProfile(
            columns: columns,
            prediction: ColumnProfile(numbers: self.result.validationPredictions),
            rowCount: self.table.split.train.count
        )
    }

    private var reconstruction: ReconstructionModel? {
        ReconstructionModel(
            columns: self.data.columns,
            rows: self.cells(of: self.table.split.train, atMost: Self.fittedRowLimit),
            held: self.cells(of: self.table.split.validation, atMost: Self.heldRowLimit)
        )
    }

    /// Rows spread evenly over `rows`.
    private func cells(of rows: [Int], atMost limit: Int) -> [[String: ProfiledCell]] {
        let width = self.table.columns.count
        let count = min(rows.count, limit)
        return (0..<count)
            .map { index in
                let row = rows[index * rows.count / count]
                var cells: [String: ProfiledCell] = [:]
                for (position, column) in self.table.columns.enumerated() {
                    let value = self.table.values[row * width + position]
                    guard value.isFinite else { continue }
                    cells[column.name] =
                        self.table.encodings[position].map { .category($0.categories[Int(value)]) } ?? .number(value)
                }
                return cells
            }
    }

    /// Learns the absolute errors of the validation part from the columns and the prediction, and tries what it learned
    /// on the test part.
    private func lossModel() throws -> (model: [UInt8], reference: LossReference)? {
        let (validation, test) = (self.table.split.validation, self.table.split.test)
        guard validation.count >= Self.lossRowMinimum, !test.isEmpty else { return nil }
        let errors = Self.errors(self.table.labels(of: validation), self.result.validationPredictions)
        let rows = self.rows(validation, self.result.validationPredictions)
        let width = self.table.columns.count + 1
        var (learning, checking) = (LossRows(), LossRows())
        for index in validation.indices {
            let row = rows[index * width..<(index + 1) * width]
            if index % 4 == 3 { checking.add(row, errors[index]) } else { learning.add(row, errors[index]) }
        }
        let engine = self.best.experiment.engine
        let model = try self.trainer.train(
            TrainingJob(
                engine: engine,
                columnNames: self.table.columns.map(\.name) + [Self.predictionColumn(self.table)],
                categoryPositions: self.table.categoryPositions,
                trainingValues: learning.values,
                trainingLabels: learning.errors,
                validationValues: checking.values,
                validationLabels: checking.errors,
                parameters: self.parameters(engine),
                rounds: 200,
                earlyStoppingRounds: 20,
                threads: self.threads
            ),
            onRound: { _, _ in true }
        )
        let forest =
            switch engine {
            case .lightgbm: try Forest(lightGBM: model.bytes)
            case .xgboost: try Forest(xgBoost: model.bytes)
            }
        let real = Self.errors(self.table.labels(of: test), self.result.testPredictions)
        let foreseen = forest.scores(self.rows(test, self.result.testPredictions)).map { max(0, $0) }
        let reference = LossReference(
            engine: engine.rawValue,
            testError: SampleMoments(real).mean,
            foreseenTestError: SampleMoments(foreseen).mean,
            deviation: SampleMoments(zip(real, foreseen).map { $0 - $1 }).standardDeviation
        )
        return (model.bytes, reference)
    }

    private func rows(_ rows: [Int], _ predictions: [Double]) -> [Double] {
        let (matrix, width) = (self.table.matrix(of: rows), self.table.columns.count)
        var extended: [Double] = []
        extended.reserveCapacity(rows.count * (width + 1))
        for index in rows.indices {
            extended += matrix[index * width..<(index + 1) * width]
            extended.append(predictions[index])
        }
        return extended
    }

    private func parameters(_ engine: BoostingEngine) -> [String: String] {
        switch engine {
        case .lightgbm:
            [
                "objective": "regression", "metric": "rmse", "num_leaves": "15", "learning_rate": "0.05",
                "min_data_in_leaf": "20", "seed": String(self.recipe.seed),
            ]
        case .xgboost:
            [
                "objective": "reg:squarederror", "eval_metric": "rmse", "max_depth": "4", "eta": "0.05",
                "min_child_weight": "20", "seed": String(self.recipe.seed),
            ]
        }
    }

    private static func errors(_ labels: [Double], _ predictions: [Double]) -> [Double] {
        zip(labels, predictions).map { abs($0 - $1) }
    }

    /// A name for the column of predictions that no other column has.
    private static func predictionColumn(_ table: TrainingTable) -> String {
        var name = "prediction"
        while table.columns.contains(where: { $0.name == name }) { name += "_" }
        return name
    }
}

/// Rows with the errors that are to be foreseen.
private struct LossRows {
    var values: [Double] = []
    var errors: [Double] = []

    mutating func add(_ row: ArraySlice<Double>, _ error: Double) {
        self.values += row
        self.errors.append(error)
    }
}
