import MartletCore

/// The test metrics of the rows that share one value of a column.
struct GroupMetrics {
    /// A group under so many rows says more about chance than about the model.
    static let smallestGroup = 20
    /// So many groups of each column are shown, the largest first.
    static let groupLimit = 15

    let column: String
    let value: String
    let metrics: PartMetrics

    /// Measures the groups of every column in `names`; `rows` are those that the predictions stand for, in their order.
    static func measure(
        names: [String],
        batch: ColumnBatch,
        rows: [Int],
        labels: [Double],
        predictions: [Double],
        task: TrainingTask,
        threshold: Double?
    ) -> [GroupMetrics] {
        names.flatMap { name -> [GroupMetrics] in
            guard let column = batch[name] else { return [] }
            let groups = Dictionary(grouping: rows.indices) { column[rows[$0]].category ?? "missing" }
            return groups.filter { $0.value.count >= Self.smallestGroup }
                .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
                .prefix(Self.groupLimit)
                .map { value, positions in
                    GroupMetrics(
                        column: name,
                        value: value,
                        metrics: PartMetrics(
                            task: task,
                            labels: positions.map { labels[$0] },
                            predictions: positions.map { predictions[$0] },
                            threshold: threshold
                        )
                    )
                }
        }
    }
}
