/// The points of one metric over several runs.
package struct MetricHistorySearch: Sendable, Hashable {
    package var runIDs: [RunID]
    package var key: String
    /// Steps to look at; `nil` is all.
    package var steps: ClosedRange<Int64>?
    /// The most points of one run, spread evenly over its history with the first and the last kept; `nil` is all.
    package var pointsPerRun: Int?
    /// The most points in all.
    package var limit: Int

    /// Looks for the points of `key`.
    package init(
        of runIDs: [RunID],
        key: String,
        steps: ClosedRange<Int64>? = nil,
        pointsPerRun: Int? = nil,
        limit: Int = 25_000
    ) {
        self.runIDs = runIDs
        self.key = key
        self.steps = steps
        self.pointsPerRun = pointsPerRun
        self.limit = limit
    }

    /// Which of `count` points in order to keep so that at most `limit` are left, spread evenly, the last one among them
    /// and, when two or more are left, the first.
    package static func sample(_ count: Int, limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        guard limit > 1 else { return limit == 1 ? [count - 1] : [] }
        return (0..<limit).map { $0 * (count - 1) / (limit - 1) }
    }
}

/// A point and the run it belongs to.
package struct RunMetric: Sendable, Hashable, Codable {
    package var runID: RunID
    package var metric: Metric

    /// Says that `runID` logged `metric`.
    package init(_ runID: RunID, _ metric: Metric) {
        self.runID = runID
        self.metric = metric
    }
}
