import Foundation

/// A small workspace whose prices grow, so that a model of two months ago is far off.
enum SimulationWorkspace {
    /// Writes it; all of its sales lie in 2026 up to 12 March.
    static func write(to folder: URL) throws {
        var rows = "sold_on,area,floor,price\n"
        var state: UInt64 = 11
        func draw(_ limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        let days = [31, 28, 12].enumerated().flatMap { month, count in (1...count).map { (month + 1, $0) } }
        for (index, (month, day)) in days.enumerated() {
            for _ in 0..<14 {
                let (area, floor) = (Double(30 + draw(90)), Double(1 + draw(20)))
                let noise = 0.97 + Double(draw(60)) / 1_000
                let price = area * (10 + floor / 10) * (1 + 0.008 * Double(index)) * noise
                let date = "2026-0\(month)-\(day < 10 ? "0" : "")\(day)"
                rows += "\(date),\(Int(area)),\(Int(floor)),\(Int(price))\n"
            }
        }
        for (path, text) in Self.files.merging(["data/sales.csv": rows], uniquingKeysWith: { $1 }) {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
    }

    private static let files = [
        "martlet.yaml": "name: flats\nauth: off\nendpoints:\n  flat: {model: flat}\nmonitoring: {every: 1h}\n",
        "sources/sales.yaml": """
        name: sales
        location: {path: data/sales.csv}
        format: csv
        updates: replace
        columns: {sold_on: date, area: float64, floor: int64, price: float64}
        """,
        "recipes/flat.yaml": """
        name: flat
        model: flat
        task: regression
        loader:
          sql: "SELECT sold_on, area, floor, date_diff('day', DATE '2026-01-01', sold_on) AS day, price FROM sales"
          timestamp: sold_on
        label: price
        request_features: {area: {type: float64}, floor: {type: int64}, day: {type: int64}}
        experiments: [{name: small, rounds: 60, parameters: {num_leaves: 7, min_data_in_leaf: 10}}]
        explain: {sample: 20}
        """,
        "releases/flat.yaml": """
        name: flat-rollout
        endpoint: flat
        steps: [{weight: 20, hold: 10m}, {weight: 100, hold: 30m}]
        standby: 12h
        gates: {max_error_rate: 0.03, min_requests: 10}
        experiment:
          treatment: 50
          min_duration: 1d
          max_duration: 3d
          look_every: 30m
          metrics: [{name: contract_rate, role: primary, conversion: contract}]
        """,
        "pipelines/weekly.yaml": """
        name: weekly
        triggers: [{cron: {at: "0 2 * * mon", timezone: Asia/Seoul}}]
        steps:
          - {name: load, ingest: all}
          - {name: train, train: flat}
        """,
        "pipelines/daily.yaml": """
        name: daily
        triggers: [{cron: {at: "0 4 * * *", timezone: Asia/Seoul}}]
        steps: [{name: load, ingest: sales, retries: {tries: 2, first: 10m}}]
        """,
        "simulations/days.yaml": """
        name: days
        endpoint: flat
        recipe: flat
        release: flat-rollout
        start: 2026-03-02
        timezone: Asia/Seoul
        arrivals: {sales: {date: sold_on}}
        first_model: {age: 30d}
        visitors: {per_day: 1200, near: 7d, outcome_after: 2h}
        """,
    ]
}
