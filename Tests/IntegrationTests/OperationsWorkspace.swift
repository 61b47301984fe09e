import Foundation

/// The workspace of `console_operations.py`: that of `serving.py` with rows in quarantine, a feature view, a pipeline and a
/// retraining plan.
enum OperationsWorkspace {
    /// What is done before the server starts.
    static let commands = [
        ["ingest"], ["train", "--recipe", "price", "--by", "ada"],
        ["models", "approve", "price:1", "--reason", "a test", "--by", "ada"],
        ["deploy", "price", "--model", "price:1", "--by", "ada"], ["features", "apply"], ["features", "materialize"],
    ]

    static func write(to folder: URL) throws {
        try ModelWorkspace.write(to: folder, configuration: "monitoring: {every: 1s}")
        let data = folder.appending(path: "data/sales.csv")
        let broken = (0..<12).map { "2023-05-1\($0 % 10),\(30 + $0).5,2,many" }.joined(separator: "\n") + "\n"
        let text = try String(contentsOf: data, encoding: .utf8) + broken
        try Data(text.utf8).write(to: data)
        let files = [
            "features/areas.yaml": """
            entities:
              floor: {join_keys: [floor], type: int64}
            feature_views:
              areas:
                entity: floor
                description: How large flats of a floor are.
                source: {table: sales}
                event_timestamp: sold_on
                features:
                  area: {type: float64}
            """,
            "pipelines/nightly.yaml": """
            name: nightly
            description: The day's sales.
            triggers: [{cron: {at: "0 2 * * *"}}]
            steps: [{name: load, ingest: all}]
            """,
            "labels/paid.yaml": "name: paid\nendpoint: price\nfrom: outcome\n",
            "retraining/weekly.yaml": "name: weekly\nrecipe: price\nlabels: paid\ntriggers: {age: 7d}\n",
        ]
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }
}
