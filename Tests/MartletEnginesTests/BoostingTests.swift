import Dispatch
import MartletCore
import MartletEngines
import MartletTesting
import Synchronization
import Testing

/// A library under test, so that both meet the same expectations.
private enum Library: String, CaseIterable {
    case lightGBM
    case xgBoost

    var regression: [String: String] {
        switch self {
        case .lightGBM: ["objective": "regression", "metric": "rmse,mae", "num_leaves": "15", "seed": "1"]
        case .xgBoost: ["objective": "reg:squarederror", "eval_metric": "rmse,mae", "max_depth": "4", "seed": "1"]
        }
    }

    var binary: [String: String] {
        switch self {
        case .lightGBM: ["objective": "binary", "metric": "auc", "learning_rate": "0.5", "num_leaves": "15"]
        case .xgBoost: ["objective": "binary:logistic", "eval_metric": "auc", "eta": "0.5", "max_depth": "6"]
        }
    }

    func train(
        _ training: TrainingMatrix,
        _ validation: TrainingMatrix?,
        _ request: BoostingRequest,
        onIteration: (Int, [String: Double]) -> Bool = { _, _ in true }
    ) throws -> BoostingResult {
        switch self {
        case .lightGBM:
            try LightGBM(locator: .ofProcess())
                .train(training, validation: validation, request: request, onIteration: onIteration)
        case .xgBoost:
            try XGBoost(locator: .ofProcess())
                .train(training, validation: validation, request: request, onIteration: onIteration)
        }
    }

    func predict(_ model: [UInt8], _ rows: [Double], _ columnCount: Int, _ kind: PredictionKind) throws -> [Double] {
        switch self {
        case .lightGBM:
            try LightGBM(locator: .ofProcess())
                .predict(model: model, rows: rows, columnCount: columnCount, kind: kind, threads: 1)
        case .xgBoost:
            try XGBoost(locator: .ofProcess())
                .predict(model: model, rows: rows, columnCount: columnCount, kind: kind, threads: 1)
        }
    }
}

struct BoostingTests {
    /// Rows of `size`, `floor` (some missing), a `district` code and pure noise; the label follows the first three.
    private func matrix(_ rowCount: Int, seed: UInt64, isBinary: Bool = false) -> TrainingMatrix {
        var generator = SplitMix64(seed: seed)
        var features: [Double] = []
        var label: [Float] = []
        let districtPrices = [3.0, -2, 5, 0, 1, -4, 2, 6]
        for _ in 0..<rowCount {
            let size = Double.random(in: 20...150, using: &generator)
            let floor =
                Double.random(in: 0..<1, using: &generator) < 0.1
                ? Double.nan : Double.random(in: 1...30, using: &generator)
            let district = Int.random(in: 0..<8, using: &generator)
            let noise = Double.random(in: 0...1, using: &generator)
            let price = size / 10 + (floor.isNaN ? 1 : floor / 20) + districtPrices[district] + noise
            features += [size, floor, Double(district), Double.random(in: 0...1, using: &generator)]
            label.append(isBinary ? (price + noise * 4 > 11 ? 1 : 0) : Float(price))
        }
        return TrainingMatrix(
            features: features,
            columnNames: ["size", "floor", "building__district", "noise"],
            label: label,
            categoricalColumns: [2]
        )
    }

    @Test(arguments: Library.allCases) fileprivate func `the same training gives the same bytes`(
        library: Library
    ) throws {
        let training = self.matrix(3_000, seed: 1)
        let request = BoostingRequest(parameters: library.regression, rounds: 30, threads: 2)
        let first = try library.train(training, self.matrix(500, seed: 2), request)
        let second = try library.train(training, self.matrix(500, seed: 2), request)
        #expect(first.model == second.model)
        #expect(!first.model.isEmpty)
        #expect(!String(decoding: first.model, as: UTF8.self).contains("num_threads"))
    }

    @Test func `calls with different numbers of threads at the same time give what they give alone`() throws {
        let training = self.matrix(2_000, seed: 1)
        let engine = try LightGBM(locator: .ofProcess())
        let requests = (1...3)
            .map { BoostingRequest(parameters: Library.lightGBM.regression, rounds: 20, threads: $0) }
        let alone = try requests.map { try engine.train(training, validation: nil, request: $0).model }
        let values = try engine.predict(
            model: alone[0],
            rows: training.features,
            columnCount: 4,
            kind: .value,
            threads: 1
        )
        let wrong = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 24) { index in
            do {
                let threads = 1 + index % 3
                let model = try engine.train(training, validation: nil, request: requests[threads - 1]).model
                let predicted = try engine.predict(
                    model: alone[0],
                    rows: training.features,
                    columnCount: 4,
                    kind: .value,
                    threads: 4 - threads
                )
                let isEqual = model == alone[threads - 1] && predicted == values
                if !isEqual { wrong.withLock { $0.append("with \(threads) threads: another result") } }
            } catch {
                wrong.withLock { $0.append(readableMessage(of: error)) }
            }
        }
        #expect(wrong.withLock { $0 } == [])
    }

    @Test(arguments: Library.allCases) fileprivate func `a model learns, also from categories`(library: Library) throws
    {
        let validation = self.matrix(500, seed: 2)
        let request = BoostingRequest(parameters: library.regression, rounds: 150, threads: 2)
        let result = try library.train(self.matrix(4_000, seed: 1), validation, request)
        #expect(result.bestIteration == 150)
        #expect(result.metrics["valid_rmse"]?.count == 150)
        #expect(result.metrics.keys.sorted().prefix(1) == ["train_\(library == .lightGBM ? "l1" : "mae")"])
        let last = try #require(result.metrics["valid_rmse"]?.last)
        #expect(last < 0.6)
        let predictions = try library.predict(result.model, validation.features, 4, .value)
        let squares = zip(predictions, validation.label).map { ($0 - Double($1)) * ($0 - Double($1)) }
        let error = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        #expect(abs(error - last) < 1e-4)
        #expect(result.gain[2] > result.gain[3] * 5)
        #expect(result.split[0] > 0)
    }

    @Test(arguments: Library.allCases) fileprivate func `early stopping keeps the best round only`(
        library: Library
    ) throws {
        let validation = self.matrix(400, seed: 4, isBinary: true)
        let request = BoostingRequest(
            parameters: library.binary,
            rounds: 400,
            earlyStoppingRounds: 10,
            threads: 2,
            evaluatesTraining: false
        )
        let result = try library.train(self.matrix(1_500, seed: 3, isBinary: true), validation, request)
        let history = try #require(result.metrics["valid_auc"])
        #expect(history.count == result.bestIteration + 10)
        #expect(history.max() == history[result.bestIteration - 1])
        #expect(result.metrics["train_auc"] == nil)
        let shorter = BoostingRequest(
            parameters: library.binary,
            rounds: result.bestIteration,
            threads: 2,
            evaluatesTraining: false
        )
        let again = try library.train(self.matrix(1_500, seed: 3, isBinary: true), validation, shorter)
        #expect(
            try library.predict(again.model, validation.features, 4, .raw)
                == library.predict(result.model, validation.features, 4, .raw)
        )
    }

    @Test(arguments: Library.allCases) fileprivate func `contributions add up to the raw prediction`(
        library: Library
    ) throws {
        let rows = self.matrix(50, seed: 9)
        let request = BoostingRequest(parameters: library.regression, rounds: 20, threads: 1)
        let model = try library.train(self.matrix(2_000, seed: 1), nil, request).model
        let raw = try library.predict(model, rows.features, 4, .raw)
        let contributions = try library.predict(model, rows.features, 4, .contributions)
        #expect(contributions.count == 50 * 5)
        for row in raw.indices {
            let sum = contributions[row * 5..<(row + 1) * 5].reduce(0, +)
            #expect(abs(sum - raw[row]) < 1e-4)
        }
    }

    @Test(arguments: Library.allCases) fileprivate func `the caller stops a training`(library: Library) throws {
        let request = BoostingRequest(parameters: library.regression, rounds: 100, threads: 1)
        var seen: [Int] = []
        let result = try library.train(self.matrix(500, seed: 1), nil, request) { round, metrics in
            seen.append(round)
            return round < 5 && metrics["train_rmse"] != nil
        }
        #expect(seen == [1, 2, 3, 4, 5])
        #expect(result.bestIteration == 5)
    }

    @Test(arguments: Library.allCases) fileprivate func `wrong use is told`(library: Library) throws {
        let training = self.matrix(200, seed: 1)
        let early = BoostingRequest(parameters: library.regression, rounds: 5, earlyStoppingRounds: 2, threads: 1)
        let noValidation = #expect(throws: EngineError.self) { try library.train(training, nil, early) }
        #expect(noValidation?.code == .engineBadInput)
        let objective = BoostingRequest(parameters: ["objective": "no_such"], rounds: 5, threads: 1)
        let unknown = #expect(throws: EngineError.self) { try library.train(training, nil, objective) }
        #expect(unknown?.code == .engineFailed)
        #expect(unknown?.message.contains("no_such") == true)
        let request = BoostingRequest(parameters: library.regression, rounds: 2, threads: 1)
        let model = try library.train(training, nil, request).model
        #expect(throws: EngineError.self) { try library.predict(model, [1, 2, 3], 3, .value) }
        #expect(throws: EngineError.self) { try library.predict(model, [1, 2, 3], 4, .value) }
        #expect(throws: EngineError.self) { try library.predict(Array("no model".utf8), [1, 2, 3, 4], 4, .value) }
        #expect(try library.predict(model, [], 4, .value).isEmpty)
    }
}
