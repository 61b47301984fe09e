/// Trains and predicts with LightGBM.
///
/// Each call owns what it makes in the library and frees it. Calls with the same number of threads may run at the same
/// time, others take turns (`ThreadCountGate`). Blocking.
package struct LightGBM: Sendable {
    private let library: LightGBMLibrary

    /// Loads the library.
    ///
    /// - Throws: `engine.notFound`, `engine.unloadable`.
    package init(locator: EngineLocator) throws(EngineError) { self.library = try LightGBMLibrary.load(locator) }

    /// Trains a model: the same bytes for the same input and threads.
    ///
    /// `deterministic` and `force_row_wise` are on unless a parameter says otherwise; `num_threads` and `verbosity` are
    /// ours. Feature names lose what LightGBM's text format cannot hold (spaces, JSON punctuation).
    ///
    /// - Parameters:
    ///   - training: the rows to learn from.
    ///   - validation: rows to measure on, of the same columns.
    ///   - request: parameters, rounds and stopping.
    ///   - onIteration: told the count of rounds so far and their last metrics; `false` stops and keeps what there is.
    /// - Returns: the model, its metrics and importances.
    /// - Throws: `engine.failed` with LightGBM's text, `engine.badInput`.
    package func train(
        _ training: TrainingMatrix,
        validation: TrainingMatrix?,
        request: BoostingRequest,
        onIteration: (Int, [String: Double]) -> Bool = { _, _ in true }
    ) throws(EngineError) -> BoostingResult {
        try BoostingProgress.check(training, validation, request)
        return try ThreadCountGate.shared.run(threads: request.threads) { () throws(EngineError) in
            try self.trainAtOnce(training, validation, request, onIteration)
        }
    }

    private func trainAtOnce(
        _ training: TrainingMatrix,
        _ validation: TrainingMatrix?,
        _ request: BoostingRequest,
        _ onIteration: (Int, [String: Double]) -> Bool
    ) throws(EngineError) -> BoostingResult {
        let parameters = Self.parameters(request, categorical: training.categoricalColumns)
        let dataset = try self.dataset(training, parameters, reference: nil)
        defer { _ = self.library.freeDataset(dataset) }
        let validationSet = try self.validationSet(validation, parameters, reference: dataset)
        defer { if let validationSet { _ = self.library.freeDataset(validationSet) } }
        var booster: Handle?
        try self.library.check(self.library.createBooster(dataset, parameters, &booster), "start a training")
        defer { _ = self.library.freeBooster(booster) }
        if let validationSet {
            try self.library.check(self.library.addValidation(booster, validationSet), "add the validation rows")
        }
        var sets: [(index: Int32, prefix: String)] = request.evaluatesTraining ? [(0, "train_")] : []
        if validationSet != nil { sets.append((1, "valid_")) }
        let names = try self.metricNames(booster)
        var progress = BoostingProgress(patience: request.earlyStoppingRounds)
        for round in 1...request.rounds {
            var isFinished: Int32 = 0
            try self.library.check(self.library.update(booster, &isFinished), "train round \(round)")
            // A round that found nothing to split adds no tree, except a first one that holds the mean.
            if isFinished != 0, round > 1 { break }
            let values = try self.evaluate(booster, sets, names)
            let goesOn = progress.take(values)
            let wanted = onIteration(round, Dictionary(values) { first, _ in first })
            if isFinished != 0 || !goesOn || !wanted { break }
        }
        return try self.result(booster, progress, columnCount: training.columnNames.count)
    }

    /// Predicts rows with a model of `train`.
    ///
    /// - Parameters:
    ///   - model: LightGBM's text.
    ///   - rows: the cells row by row; `NaN` is missing.
    ///   - columnCount: the columns of a row.
    ///   - kind: what to compute.
    ///   - threads: how many threads to use.
    /// - Returns: one number a row, or `columnCount + 1` for contributions, the base value last.
    /// - Throws: `engine.failed` with LightGBM's text, `engine.badInput`.
    package func predict(
        model: [UInt8],
        rows: [Double],
        columnCount: Int,
        kind: PredictionKind,
        threads: Int
    ) throws(EngineError) -> [Double] {
        try BoostingProgress.checkRows(rows, columnCount: columnCount)
        guard !rows.isEmpty else { return [] }
        return try ThreadCountGate.shared.run(threads: threads) { () throws(EngineError) in
            try self.predictAtOnce(model, rows, columnCount, kind, threads)
        }
    }

    private func predictAtOnce(
        _ model: [UInt8],
        _ rows: [Double],
        _ columnCount: Int,
        _ kind: PredictionKind,
        _ threads: Int
    ) throws(EngineError) -> [Double] {
        var booster: Handle?
        var iterations: Int32 = 0
        let text = String(decoding: model, as: UTF8.self)
        try self.library.check(self.library.loadFromText(text, &iterations, &booster), "load a model")
        defer { _ = self.library.freeBooster(booster) }
        var featureCount: Int32 = 0
        try self.library.check(self.library.featureCount(booster, &featureCount), "read a model")
        guard Int(featureCount) == columnCount else {
            throw EngineError(.engineBadInput, "the model takes \(featureCount) columns and \(columnCount) were given")
        }
        let type: Int32 =
            switch kind {
            case .value: 0
            case .raw: 1
            case .contributions: 3
            }
        let rowCount = Int32(rows.count / columnCount)
        var count: Int64 = 0
        try self.library.check(self.library.predictionCount(booster, rowCount, type, 0, -1, &count), "predict")
        var output = [Double](repeating: 0, count: Int(count))
        let status = self.library.predict(
            booster,
            rows,
            1,
            rowCount,
            featureCount,
            1,
            type,
            0,
            -1,
            "num_threads=\(threads) verbosity=-1",
            &count,
            &output
        )
        try self.library.check(status, "predict")
        return output
    }

    private static func parameters(_ request: BoostingRequest, categorical: Set<Int>) -> String {
        var parameters = ["deterministic": "true", "force_row_wise": "true"]
        if !categorical.isEmpty {
            parameters["categorical_feature"] = categorical.sorted().map(String.init).joined(separator: ",")
        }
        parameters.merge(request.parameters) { _, given in given }
        if parameters["force_col_wise"] == "true" { parameters["force_row_wise"] = nil }
        for alias in ["num_thread", "nthread", "nthreads", "n_jobs", "verbose"] { parameters[alias] = nil }
        parameters["num_threads"] = String(request.threads)
        parameters["verbosity"] = "-1"
        return parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    private func validationSet(
        _ validation: TrainingMatrix?,
        _ parameters: String,
        reference: Handle?
    ) throws(EngineError) -> Handle? {
        guard let validation, validation.rowCount > 0 else { return nil }
        return try self.dataset(validation, parameters, reference: reference)
    }

    /// Makes a dataset; the caller frees it.
    private func dataset(
        _ matrix: TrainingMatrix,
        _ parameters: String,
        reference: Handle?
    ) throws(EngineError) -> Handle? {
        var dataset: Handle?
        let rowCount = Int32(matrix.rowCount)
        let columnCount = Int32(matrix.columnNames.count)
        let status = self.library.createDataset(
            matrix.features,
            1,
            rowCount,
            columnCount,
            1,
            parameters,
            reference,
            &dataset
        )
        try self.library.check(status, "take the rows")
        do throws(EngineError) {
            try self.library.check(
                self.library.setField(dataset, "label", matrix.label, rowCount, 0),
                "take the labels"
            )
            if let weight = matrix.weight {
                try self.library.check(
                    self.library.setField(dataset, "weight", weight, rowCount, 0),
                    "take the weights"
                )
            }
            if reference == nil {
                let status = CTexts(matrix.columnNames.map(Self.plainName))
                    .withPointers { names in
                        self.library.setFeatureNames(dataset, names, columnCount)
                    }
                try self.library.check(status, "take the column names")
            }
        } catch {
            _ = self.library.freeDataset(dataset)
            throw error
        }
        return dataset
    }

    private static func plainName(_ name: String) -> String {
        String(name.map { $0.isWhitespace || "\",:[]{}=".contains($0) ? "_" : $0 })
    }

    private func metricNames(_ booster: Handle?) throws(EngineError) -> [String] {
        var count: Int32 = 0
        try self.library.check(self.library.evaluationCount(booster, &count), "list the metrics")
        guard count > 0 else { return [] }
        let length = 256
        let buffers = (0..<count).map { _ in UnsafeMutablePointer<CChar>.allocate(capacity: length) }
        defer { for buffer in buffers { buffer.deallocate() } }
        for buffer in buffers { buffer.initialize(repeating: 0, count: length) }
        var pointers = buffers.map(Optional.some)
        var needed = 0
        let status = self.library.evaluationNames(booster, count, &count, length, &needed, &pointers)
        try self.library.check(status, "list the metrics")
        return buffers.map { String(cString: $0) }
    }

    private func evaluate(
        _ booster: Handle?,
        _ sets: [(index: Int32, prefix: String)],
        _ names: [String]
    ) throws(EngineError) -> [(String, Double)] {
        var values: [(String, Double)] = []
        for set in sets where !names.isEmpty {
            var count = Int32(names.count)
            var numbers = [Double](repeating: 0, count: names.count)
            try self.library.check(self.library.evaluate(booster, set.index, &count, &numbers), "measure a round")
            for (name, number) in zip(names, numbers) { values.append((set.prefix + name, number)) }
        }
        return values
    }

    private func result(
        _ booster: Handle?,
        _ progress: BoostingProgress,
        columnCount: Int
    ) throws(EngineError) -> BoostingResult {
        var trained: Int32 = 0
        try self.library.check(self.library.currentIteration(booster, &trained), "count the rounds")
        let kept = min(Int32(progress.bestRound), trained)
        var gain = [Double](repeating: 0, count: columnCount)
        var split = gain
        try self.library.check(self.library.importance(booster, kept, 1, &gain), "compute importance")
        try self.library.check(self.library.importance(booster, kept, 0, &split), "compute importance")
        return BoostingResult(
            model: try self.modelText(booster, rounds: kept),
            bestIteration: Int(kept),
            metrics: progress.metrics,
            gain: gain,
            split: split
        )
    }

    /// The model's text without the one line that tells the machine: the thread count.
    private func modelText(_ booster: Handle?, rounds: Int32) throws(EngineError) -> [UInt8] {
        var length: Int64 = 0
        let attempt = "write the model"
        try self.library.check(self.library.saveToText(booster, 0, rounds, 1, 0, &length, nil), attempt)
        var buffer = [CChar](repeating: 0, count: Int(length))
        try self.library.check(self.library.saveToText(booster, 0, rounds, 1, length, &length, &buffer), attempt)
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let line = Array("[num_threads:".utf8)
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).filter { !$0.starts(with: line) }
        return Array(lines.joined(separator: [10]))
    }
}
