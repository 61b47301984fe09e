/// Collects metrics round by round and decides when to stop.
///
/// Early stopping looks at the first metric of the validation rows; whether more is better follows from its name.
struct BoostingProgress {
    private(set) var metrics: [String: [Double]] = [:]
    private(set) var bestRound = 0
    private var best: Double?
    private var rounds = 0
    private let patience: Int?

    init(patience: Int?) { self.patience = patience }

    /// Takes the metrics of one more round, in the order of the library, and says whether to go on.
    mutating func take(_ values: [(String, Double)]) -> Bool {
        self.rounds += 1
        for (name, value) in values { self.metrics[name, default: []].append(value) }
        guard let patience = self.patience, let (name, value) = values.first(where: { $0.0.hasPrefix("valid_") }) else {
            self.bestRound = self.rounds
            return true
        }
        let score = Self.isHigherBetter(name) ? value : -value
        if self.best.map({ score > $0 }) ?? true {
            self.best = score
            self.bestRound = self.rounds
        }
        return self.rounds - self.bestRound < patience
    }

    private static func isHigherBetter(_ name: String) -> Bool {
        let metric = name.dropFirst("valid_".count)
        return ["auc", "average_precision", "ndcg", "map", "pre", "r2"].contains { metric.hasPrefix($0) }
            && !metric.hasPrefix("mape")
    }

    /// Refuses what neither library could train.
    static func check(
        _ training: TrainingMatrix,
        _ validation: TrainingMatrix?,
        _ request: BoostingRequest
    ) throws(EngineError) {
        guard training.rowCount > 0, !training.columnNames.isEmpty else {
            throw EngineError(.engineBadInput, "could not train: there are no rows or no columns")
        }
        guard validation?.columnNames ?? training.columnNames == training.columnNames else {
            throw EngineError(.engineBadInput, "could not train: the validation rows have other columns")
        }
        guard request.rounds > 0, request.threads > 0 else {
            throw EngineError(.engineBadInput, "could not train: rounds and threads must be at least 1")
        }
        guard request.earlyStoppingRounds == nil || (validation?.rowCount ?? 0) > 0 else {
            throw EngineError(.engineBadInput, "could not stop early: there are no validation rows; give some")
        }
        for (name, value) in request.parameters where (name + value).contains(where: \.isWhitespace) {
            throw EngineError(.engineBadInput, "parameter '\(name)' holds white space, which the libraries cannot take")
        }
    }

    /// Refuses rows that do not fill whole columns.
    static func checkRows(_ rows: [Double], columnCount: Int) throws(EngineError) {
        guard columnCount > 0, rows.count.isMultiple(of: columnCount) else {
            throw EngineError(
                .engineBadInput,
                "could not predict: \(rows.count) cells do not make whole rows of \(columnCount) columns"
            )
        }
    }
}
