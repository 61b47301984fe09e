import Foundation
package import MartletCore

/// A quick candidate, trained on what was known up to a moment, and what it would have predicted after it.
///
/// It is the first experiment of the recipe with fewer trees, so that it costs seconds; nothing is logged or stored.
package struct BackTest: Sendable {
    private let trainer: any ModelTrainer
    private let threads: Int

    /// Trains with `trainer` on at most `threads` threads.
    package init(trainer: any ModelTrainer, threads: Int) {
        self.trainer = trainer
        self.threads = max(1, threads)
    }

    /// What the candidate predicts.
    package struct Result: Sendable {
        /// One for each row that was predicted.
        package let predictions: [Double]
        package let trainedRows: Int
        package let seconds: Double
    }

    /// Trains a candidate of `recipe` and predicts with it.
    ///
    /// - Parameters:
    ///   - recipe: whose first experiment is trained.
    ///   - columns: the columns of its model.
    ///   - training: what it learns from, as the recipe's loader and features give it; a fifth, the newest, stops it early.
    ///   - asked: the rows to predict, with the model's columns by name.
    ///   - rounds: the most trees.
    /// - Returns: one prediction for each row of `asked`.
    /// - Throws: ``TrainingError`` when the rows cannot be trained on, or a column is missing.
    package func run(
        _ recipe: Recipe,
        columns: [ModelColumn],
        training: ColumnBatch,
        asked: ColumnBatch,
        rounds: Int
    ) async throws -> Result {
        let experiment = recipe.expandedExperiments[0]
        let table = try TrainingTable(
            batch: training,
            recipe: recipe,
            columns: columns,
            split: .time(SplitFractions(0.8, 0.1, 0.1))
        )
        let values = try table.encoded(asked, of: recipe.name)
        let judged = table.split.validation + table.split.test
        let job = TrainingJob(
            engine: experiment.engine,
            columnNames: columns.map(\.name),
            categoryPositions: table.categoryPositions,
            trainingValues: table.matrix(of: table.split.train),
            trainingLabels: table.labels(of: table.split.train),
            validationValues: table.matrix(of: judged),
            validationLabels: table.labels(of: judged),
            parameters: experiment.engineParameters(task: recipe.task, seed: recipe.seed, selectBy: recipe.selectBy),
            rounds: min(rounds, experiment.rounds),
            earlyStoppingRounds: experiment.earlyStoppingRounds,
            threads: self.threads
        )
        let (trainer, threads) = (self.trainer, self.threads)
        return try await EngineThread.run {
            let clock = ContinuousClock()
            let started = clock.now
            let model = try trainer.train(job) { _, _ in true }
            let predictions = try trainer.predict(
                engine: job.engine,
                model: model.bytes,
                values: values,
                columnCount: columns.count,
                threads: threads
            )
            return Result(
                predictions: predictions,
                trainedRows: table.rowCount,
                seconds: (clock.now - started) / .seconds(1)
            )
        }
    }
}

extension TrainingTable {
    /// The rows of `batch` as the model of this table takes them, row-major.
    fileprivate func encoded(_ batch: ColumnBatch, of recipe: String) throws(TrainingError) -> [Double] {
        let width = self.columns.count
        var values = [Double](repeating: .nan, count: batch.rowCount * width)
        for (position, column) in self.columns.enumerated() {
            guard let cells = batch[column.name] else {
                throw TrainingError(
                    .trainingUnknownColumn,
                    "the labels have no column '\(column.name)', which the model of recipe '\(recipe)' reads; add it to "
                        + "their 'columns', or leave 'columns' out to keep all"
                )
            }
            let encoding = self.encodings[position]
            for row in 0..<batch.rowCount {
                values[row * width + position] = encoding?.code(of: cells[row]) ?? cells[row].number
            }
        }
        return values
    }
}
