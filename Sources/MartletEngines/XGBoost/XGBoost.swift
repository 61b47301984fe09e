/// Trains and predicts with XGBoost.
///
/// Cells and outputs are 32-bit floats, as XGBoost computes; an infinite cell is refused by it. Each call owns what it
/// makes in the library and frees it; calls may run at the same time. Blocking.
package struct XGBoost: Sendable {
    private let library: XGBoostLibrary

    /// Loads the library.
    ///
    /// - Throws: `engine.notFound`, `engine.unloadable`, `engine.wrongVersion`.
    package init(locator: EngineLocator) throws(EngineError) { self.library = try XGBoostLibrary.load(locator) }

    /// The library's version, such as `3.2.0`.
    package var version: String { self.library.version }

    /// Trains a model: the same bytes for the same input and threads.
    ///
    /// The tree method is `hist` unless a parameter says otherwise; `nthread` and `verbosity` are ours. Several metrics
    /// are given as `eval_metric: a,b`.
    ///
    /// - Parameters:
    ///   - training: the rows to learn from.
    ///   - validation: rows to measure on, of the same columns.
    ///   - request: parameters, rounds and stopping.
    ///   - onIteration: told the count of rounds so far and their last metrics; `false` stops and keeps what there is.
    /// - Returns: the model as JSON, its metrics and importances.
    /// - Throws: `engine.failed` with XGBoost's text, `engine.badInput`.
    package func train(
        _ training: TrainingMatrix,
        validation: TrainingMatrix?,
        request: BoostingRequest,
        onIteration: (Int, [String: Double]) -> Bool = { _, _ in true }
    ) throws(EngineError) -> BoostingResult {
        try BoostingProgress.check(training, validation, request)
        let trainingRows = try XGBoostMatrix(training, threads: request.threads, library: self.library)
        var sets: [(matrix: XGBoostMatrix, name: String)] = []
        if request.evaluatesTraining { sets.append((trainingRows, "train")) }
        if let validation, validation.rowCount > 0 {
            sets.append((try XGBoostMatrix(validation, threads: request.threads, library: self.library), "valid"))
        }
        let all = [trainingRows.handle] + sets.filter { $0.name == "valid" }.map(\.matrix.handle)
        let booster = try XGBoostBooster(caching: all, library: self.library)
        try booster.set(Self.parameters(request))
        var progress = BoostingProgress(patience: request.earlyStoppingRounds)
        for round in 1...request.rounds {
            try booster.update(Int32(round - 1), trainingRows)
            let values = try booster.evaluate(Int32(round - 1), sets)
            let goesOn = progress.take(values)
            let wanted = onIteration(round, Dictionary(values) { first, _ in first })
            if !goesOn || !wanted { break }
        }
        withExtendedLifetime(sets) {}
        let kept = try booster.keeping(rounds: Int32(progress.bestRound))
        return BoostingResult(
            model: try kept.json(),
            bestIteration: progress.bestRound,
            metrics: progress.metrics,
            gain: try kept.importance("total_gain", columns: training.columnNames),
            split: try kept.importance("weight", columns: training.columnNames)
        )
    }

    /// Predicts rows with a model of `train`.
    ///
    /// - Parameters:
    ///   - model: XGBoost's JSON (or UBJSON).
    ///   - rows: the cells row by row; `NaN` is missing.
    ///   - columnCount: the columns of a row.
    ///   - kind: what to compute.
    ///   - threads: how many threads to use.
    /// - Returns: one number a row, or `columnCount + 1` for contributions, the base value last.
    /// - Throws: `engine.failed` with XGBoost's text, `engine.badInput`.
    package func predict(
        model: [UInt8],
        rows: [Double],
        columnCount: Int,
        kind: PredictionKind,
        threads: Int
    ) throws(EngineError) -> [Double] {
        try BoostingProgress.checkRows(rows, columnCount: columnCount)
        guard !rows.isEmpty else { return [] }
        let booster = try XGBoostBooster(model: model, library: self.library)
        try booster.set([("nthread", String(threads)), ("verbosity", "0")])
        let featureCount = try booster.featureCount()
        guard featureCount == columnCount else {
            throw EngineError(.engineBadInput, "the model takes \(featureCount) columns and \(columnCount) were given")
        }
        let matrix = try XGBoostMatrix(rows, columnCount: columnCount, threads: threads, library: self.library)
        return try booster.predict(matrix, kind)
    }

    private static func parameters(_ request: BoostingRequest) -> [(String, String)] {
        var parameters = ["tree_method": "hist"]
        parameters.merge(request.parameters) { _, given in given }
        for alias in ["n_jobs", "nthread", "verbosity", "eval_metric"] { parameters[alias] = nil }
        var list = parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        for metric in request.parameters["eval_metric"]?.split(separator: ",") ?? [] {
            list.append(("eval_metric", String(metric)))
        }
        return list + [("nthread", String(request.threads)), ("verbosity", "0")]
    }
}
