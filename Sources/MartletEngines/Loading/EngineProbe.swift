import MartletCore

/// Whether an engine is there and works, found out by a small job.
package struct EngineReport: Sendable {
    package let engine: Engine
    /// Where the library was found, or `nil`.
    package let location: EngineLocation?
    /// The version the library tells, else the one that was recorded when it was installed, or `nil`.
    package let version: String?
    /// Whether the small job gave the right answer.
    package let works: Bool
    /// What was done, or what went wrong.
    package let detail: String
    /// What to do about it, or `nil` when it works.
    package let fix: String?
}

/// Does a small real job with each engine.
package struct EngineProbe: Sendable {
    private let locator: EngineLocator

    /// A probe of the libraries that `locator` finds.
    package init(locator: EngineLocator) { self.locator = locator }

    /// Reports every engine, in the order of `Engine`.
    package func reports() -> [EngineReport] { Engine.allCases.map(self.report) }

    /// Reports one engine; never throws, the report tells.
    package func report(_ engine: Engine) -> EngineReport {
        var location: EngineLocation?
        do {
            location = try self.locator.locate(engine)
            let (version, works, job) = try self.job(engine)
            return EngineReport(
                engine: engine,
                location: location,
                version: version ?? location?.recordedVersion,
                works: works,
                detail: works ? job : "\(job): gave a wrong answer",
                fix: works ? nil : EngineLocator.fix(for: engine)
            )
        } catch {
            return EngineReport(
                engine: engine,
                location: location,
                version: nil,
                works: false,
                detail: readableMessage(of: error),
                fix: EngineLocator.fix(for: engine)
            )
        }
    }

    private func job(_ engine: Engine) throws -> (String?, Bool, String) {
        switch engine {
        case .duckDB:
            let database = try DuckDBDatabase(path: nil, options: ["threads": "1"], locator: self.locator)
            let sum = try database.connect().query("SELECT sum(i) AS s FROM range(1001) r(i)")
            return (database.version, sum.row(0) == [.int64(500_500)], "summed 1,001 rows")
        case .lightGBM:
            let library = try LightGBM(locator: self.locator)
            let parameters = ["objective": "regression", "min_data_in_leaf": "1", "min_data_in_bin": "1"]
            let works = try Self.learns(library.train, library.predict, parameters)
            return (nil, works, "trained 20 trees and predicted")
        case .xgBoost:
            let library = try XGBoost(locator: self.locator)
            let works = try Self.learns(library.train, library.predict, ["objective": "reg:squarederror"])
            return (library.version, works, "trained 20 trees and predicted")
        case .onnxRuntime:
            let version = try ONNXRuntimeLibrary.load(self.locator).version
            let session = try ONNXSession(model: Self.identityModel, locator: self.locator)
            let input = ONNXTensor(shape: [2], values: [1.5, -2])
            return (version, try session.run([input]) == [input], "ran a model of one node")
        case .postgreSQL:
            let library = try PostgresLibrary.load(self.locator)
            let address = try PostgresAddress("postgresql://ada@example.org:5433/runs", locator: self.locator)
            return (library.version, address.description == "'runs' at example.org:5433", "read an address")
        }
    }

    /// Whether a library learns that the label is 10 for large cells and 0 for small ones.
    private static func learns(
        _ train: (
            TrainingMatrix, TrainingMatrix?, BoostingRequest, (Int, [String: Double]) -> Bool
        ) throws(EngineError) -> BoostingResult,
        _ predict: ([UInt8], [Double], Int, PredictionKind, Int) throws(EngineError) -> [Double],
        _ parameters: [String: String]
    ) throws(EngineError) -> Bool {
        let rows = (0..<40).map(Double.init)
        let matrix = TrainingMatrix(features: rows, columnNames: ["x"], label: rows.map { $0 < 20 ? 0 : 10 })
        let request = BoostingRequest(
            parameters: parameters.merging(["learning_rate": "0.5"]) { first, _ in first },
            rounds: 20,
            threads: 1,
            evaluatesTraining: false
        )
        let model = try train(matrix, nil, request) { _, _ in true }.model
        let predictions = try predict(model, [1, 38], 1, .value, 1)
        return predictions.count == 2 && abs(predictions[0]) < 0.5 && abs(predictions[1] - 10) < 0.5
    }

    /// An ONNX model that returns its one input: IR version 8, opset 17, node `Identity` from `x` to `y`, floats `[n]`.
    static let identityModel: [UInt8] = {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
        let shape = field(2, field(1, text(2, "n")))
        let type = field(2, field(1, [1 << 3, 1] + shape))
        let node = text(1, "x") + text(2, "y") + text(4, "Identity")
        let graph =
            field(1, node) + text(2, "identity") + field(11, text(1, "x") + type) + field(12, text(1, "y") + type)
        return [1 << 3, 8] + field(7, graph) + field(8, [2 << 3, 17])
    }()
}
