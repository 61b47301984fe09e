/// A model in XGBoost's memory; freed with the value.
///
/// What the library returns by address belongs to its thread-local store and is copied before the next call.
final class XGBoostBooster {
    private let handle: Handle?
    private let library: XGBoostLibrary

    private init(owning handle: Handle?, library: XGBoostLibrary) {
        self.handle = handle
        self.library = library
    }

    /// An empty model that keeps its running predictions for `matrices`, which must outlive it.
    convenience init(caching matrices: [Handle?], library: XGBoostLibrary) throws(EngineError) {
        var handle: Handle?
        try library.check(library.createBooster(matrices, UInt64(matrices.count), &handle), "start a training")
        self.init(owning: handle, library: library)
    }

    /// A model from its bytes.
    convenience init(model: [UInt8], library: XGBoostLibrary) throws(EngineError) {
        var handle: Handle?
        try library.check(library.createBooster(nil, 0, &handle), "make a model")
        self.init(owning: handle, library: library)
        try library.check(library.load(handle, model, UInt64(model.count)), "load a model")
    }

    deinit { _ = self.library.freeBooster(self.handle) }

    func set(_ parameters: [(String, String)]) throws(EngineError) {
        for (name, value) in parameters {
            try self.library.check(self.library.setParameter(self.handle, name, value), "take parameter '\(name)'")
        }
    }

    func update(_ iteration: Int32, _ matrix: XGBoostMatrix) throws(EngineError) {
        try self.library.check(
            self.library.update(self.handle, iteration, matrix.handle),
            "train round \(iteration + 1)"
        )
    }

    /// Measures a round on each set; metrics are `<set>_<metric>`, in the library's order.
    func evaluate(
        _ iteration: Int32,
        _ sets: [(matrix: XGBoostMatrix, name: String)]
    ) throws(EngineError) -> [(String, Double)] {
        guard !sets.isEmpty else { return [] }
        var text: CText?
        let status = CTexts(sets.map(\.name))
            .withPointers { names in
                self.library.evaluate(
                    self.handle,
                    iteration,
                    sets.map(\.matrix.handle),
                    names,
                    UInt64(sets.count),
                    &text
                )
            }
        try self.library.check(status, "measure round \(iteration + 1)")
        // Like `[199]\ttrain-rmse:0.58\tvalid-rmse:0.63`.
        return (text.map { String(cString: $0) } ?? "").split(separator: "\t").dropFirst()
            .compactMap { part in
                guard let colon = part.lastIndex(of: ":"), let value = Double(part[part.index(after: colon)...]),
                    let dash = part.firstIndex(of: "-")
                else { return nil }
                return ("\(part[..<dash])_\(part[part.index(after: dash)..<colon])", value)
            }
    }

    /// The model of the first rounds.
    func keeping(rounds: Int32) throws(EngineError) -> XGBoostBooster {
        var handle: Handle?
        try self.library.check(self.library.slice(self.handle, 0, rounds, 1, &handle), "keep \(rounds) rounds")
        return XGBoostBooster(owning: handle, library: self.library)
    }

    /// The model as JSON, without anything that depends on the machine.
    func json() throws(EngineError) -> [UInt8] {
        var length: UInt64 = 0
        var bytes: CText?
        try self.library.check(
            self.library.save(self.handle, "{\"format\":\"json\"}", &length, &bytes),
            "write the model"
        )
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
    }

    func featureCount() throws(EngineError) -> Int {
        var count: UInt64 = 0
        try self.library.check(self.library.featureCount(self.handle, &count), "read a model")
        return Int(count)
    }

    /// One importance a column; columns that no tree uses have 0.
    func importance(_ kind: String, columns: [String]) throws(EngineError) -> [Double] {
        var count: UInt64 = 0
        var dimension: UInt64 = 0
        var names: UnsafePointer<CText?>?
        var shape: UnsafePointer<UInt64>?
        var scores: UnsafePointer<Float>?
        let status = self.library.featureScore(
            self.handle,
            "{\"importance_type\":\"\(kind)\"}",
            &count,
            &names,
            &dimension,
            &shape,
            &scores
        )
        try self.library.check(status, "compute importance")
        var byName: [String: Double] = [:]
        if let names, let scores {
            for index in 0..<Int(count) {
                if let name = names[index] { byName[String(cString: name)] = Double(scores[index]) }
            }
        }
        return columns.enumerated().map { byName[$0.element] ?? byName["f\($0.offset)"] ?? 0 }
    }

    func predict(_ matrix: XGBoostMatrix, _ kind: PredictionKind) throws(EngineError) -> [Double] {
        let type =
            switch kind {
            case .value: 0
            case .raw: 1
            case .contributions: 2
            }
        let configuration =
            "{\"type\":\(type),\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false}"
        var shape: UnsafePointer<UInt64>?
        var dimension: UInt64 = 0
        var output: UnsafePointer<Float>?
        try self.library.check(
            self.library.predict(self.handle, matrix.handle, configuration, &shape, &dimension, &output),
            "predict"
        )
        guard let shape, let output else { return [] }
        let count = (0..<Int(dimension)).reduce(1) { $0 * Int(shape[$1]) }
        return UnsafeBufferPointer(start: output, count: count).map(Double.init)
    }
}
