import Foundation

/// The workspace of `serving.py`: recipes for two models, and endpoints for these and for models from Python.
enum ModelWorkspace {
    /// 600 sales with two columns, a recipe for them, and endpoints for the models of the test.
    ///
    /// `configuration` is added to `martlet.yaml`.
    static func write(to folder: URL, configuration: String = "") throws {
        let rows = (0..<600)
            .map { row -> String in
                let (area, floor) = (20 + row * 37 % 180, 1 + row * 11 % 29)
                return "2023-0\(1 + row % 9)-\(10 + row % 18),\(area).5,\(floor),\(3 * area + floor + row % 7)"
            }
        let files = [
            "martlet.yaml": """
            name: models
            auth: off
            endpoints: {price: {model: price}, level: {model: level}, boost: {}, forest: {}, other: {}, exported: {}, network: {}}
            \(configuration)
            """,
            "data/sales.csv": "sold_on,area,floor,price\n" + rows.joined(separator: "\n") + "\n",
            "sources/sales.yaml": """
            name: sales
            location: {path: data/sales.csv}
            format: csv
            columns: {sold_on: date, area: float64, floor: int64, price: float64}
            """,
            "recipes/price.yaml": """
            name: price
            model: price
            task: regression
            loader: {sql: "SELECT sold_on, area, floor, price FROM sales", timestamp: sold_on}
            label: price
            request_features: {area: {type: float64}, floor: {type: int64}}
            experiments: [{name: small, rounds: 20}]
            """,
            "recipes/level.yaml": """
            name: level
            model: level
            task: regression
            loader: {sql: "SELECT sold_on, area, floor, price FROM sales", timestamp: sold_on}
            label: price
            request_features: {area: {type: float64}, floor: {type: int64}}
            experiments: [{name: small, engine: xgboost, rounds: 20}]
            """,
        ]
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }
}
