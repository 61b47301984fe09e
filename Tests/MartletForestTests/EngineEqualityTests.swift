import MartletEngines
import MartletForest
import MartletTesting
import Testing

/// The forest against the libraries themselves, on models trained here from real data.
@Suite(.enabled(if: RealTable.isTestable, "needs the engines (scripts/setup) and the real data (MARTLET_DATA)"))
struct EngineEqualityTests {
    private static func resaleTable() throws -> TrainingMatrix {
        try RealTable(path: RealTable.resale, label: "resale_price", dropped: ["block", "street_name"]).matrix
    }

    private static func processTable() throws -> TrainingMatrix {
        let dropped: Set = ["id", "registration_time"]
        return try RealTable(path: RealTable.process, label: "passorfail", dropped: dropped, isBinary: true).matrix
    }

    /// The rows, some cells of them replaced by missing, infinite, zero and unseen values.
    private static func disturbed(_ rows: [Double], allowsInfinity: Bool) -> [Double] {
        var random = SplitMix64(seed: 21)
        let strange = [.nan, 0, -0.0, -1, 1e6, 0.5] + (allowsInfinity ? [Double.infinity, -.infinity] : [])
        return rows.map { value in
            UInt8.random(in: 0..<20, using: &random) == 0 ? strange.randomElement(using: &random) ?? value : value
        }
    }

    @Test(arguments: [false, true])
    func `LightGBM on every real row, as it is and disturbed, agrees in every bit`(isBinary: Bool) throws {
        let table = isBinary ? try Self.processTable() : try Self.resaleTable()
        let engine = try LightGBM(locator: .ofProcess())
        let parameters = ["objective": isBinary ? "binary" : "regression", "num_leaves": "31", "learning_rate": "0.1"]
        let request = BoostingRequest(parameters: parameters, rounds: 40, threads: 2)
        let model = try engine.train(table, validation: nil, request: request).model
        let forest = try Forest(lightGBM: model)
        let width = table.columnNames.count
        for rows in [table.features, Self.disturbed(table.features, allowsInfinity: true)] {
            let expected = try engine.predict(model: model, rows: rows, columnCount: width, kind: .value, threads: 2)
            #expect(forest.scores(rows) == expected)
        }
        let rows = Array(Self.disturbed(table.features, allowsInfinity: true).prefix(300 * width))
        let expected = try engine.predict(
            model: model,
            rows: rows,
            columnCount: width,
            kind: .contributions,
            threads: 2
        )
        let found = stride(from: 0, to: rows.count, by: width)
            .flatMap { forest.contributions(Array(rows[$0..<$0 + width])) }
        #expect(Self.largestDifference(found, expected) < 1e-9)
    }

    @Test(arguments: [false, true])
    func `XGBoost on every real row, as it is and disturbed, agrees within single precision`(isBinary: Bool) throws {
        let table = isBinary ? try Self.processTable() : try Self.resaleTable()
        let engine = try XGBoost(locator: .ofProcess())
        let parameters = ["objective": isBinary ? "binary:logistic" : "reg:squarederror", "max_depth": "6"]
        let request = BoostingRequest(parameters: parameters, rounds: 30, threads: 2)
        let model = try engine.train(table, validation: nil, request: request).model
        let forest = try Forest(xgBoost: model)
        let width = table.columnNames.count
        for rows in [table.features, Self.disturbed(table.features, allowsInfinity: false)] {
            let expected = try engine.predict(model: model, rows: rows, columnCount: width, kind: .value, threads: 2)
            #expect(Self.largestDifference(forest.scores(rows), expected) <= 1e-6)
        }
        let rows = Array(table.features.prefix(300 * width))
        let expected = try engine.predict(
            model: model,
            rows: rows,
            columnCount: width,
            kind: .contributions,
            threads: 2
        )
        let found = stride(from: 0, to: rows.count, by: width)
            .flatMap { forest.contributions(Array(rows[$0..<$0 + width])) }
        #expect(Self.largestDifference(found, expected, width: width + 1) < 1e-5)
    }

    /// The largest absolute difference, relative to the largest expected value of its row where that is above 1.
    private static func largestDifference(_ found: [Double], _ expected: [Double], width: Int = 1) -> Double {
        guard found.count == expected.count else { return .infinity }
        return stride(from: 0, to: expected.count, by: width)
            .map { start in
                let row = start..<start + width
                let scale = row.reduce(1) { max($0, abs(expected[$1])) }
                return row.reduce(0) { max($0, abs(found[$1] - expected[$1])) } / scale
            }
            .max() ?? 0
    }
}
