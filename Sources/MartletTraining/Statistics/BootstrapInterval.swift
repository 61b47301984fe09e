/// A percentile interval around a figure, from resampling the rows.
///
/// - Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
package struct BootstrapInterval: Sendable, Equatable, Codable {
    package let lower: Double
    package let upper: Double
    /// The share of resamples between the bounds.
    package let confidence: Double
    /// The number of resamples in which the figure was determined.
    package let resamples: Int

    /// The number of resamples that is worth its time: 1 000, fewer when rows are many, but never under 200.
    static func resamples(rows: Int) -> Int { max(200, min(1_000, 10_000_000 / max(1, rows))) }

    /// The bounds that leave out equal shares of `figures` at both ends; `NaN` bounds when there is none.
    init(figures: [Double], confidence: Double) {
        let sorted = figures.filter { !$0.isNaN }.sorted()
        self.confidence = confidence
        self.resamples = sorted.count
        self.lower = Quantiles.value(sorted: sorted, at: (1 - confidence) / 2)
        self.upper = Quantiles.value(sorted: sorted, at: (1 + confidence) / 2)
    }
}

extension ClassificationStatistics {
    /// Intervals of both areas over resamples of the rows, drawn with replacement.
    ///
    /// Resamples with only one class are left out and counted in ``BootstrapInterval/resamples``. Equal seeds give equal
    /// intervals.
    ///
    /// - Complexity: O(resamples × n).
    package func areaIntervals(
        resamples: Int = 1_000,
        confidence: Double = 0.95,
        seed: Int
    ) -> (auc: BootstrapInterval, averagePrecision: BootstrapInterval) {
        var generator = SeededGenerator(seed: seed)
        var aucs: [Double] = []
        var precisions: [Double] = []
        for _ in 0..<(self.count == 0 ? 0 : resamples) {
            var weights = [Double](repeating: 0, count: self.count)
            for _ in 0..<self.count { weights[generator.below(self.count)] += 1 }
            let areas = self.areas(weights: weights)
            aucs.append(areas.auc)
            precisions.append(areas.averagePrecision)
        }
        return (
            BootstrapInterval(figures: aucs, confidence: confidence),
            BootstrapInterval(figures: precisions, confidence: confidence)
        )
    }
}

extension RegressionStatistics {
    /// The interval of the mean absolute error over resamples of the rows, drawn with replacement.
    ///
    /// - Complexity: O(resamples × n).
    package static func maeInterval(
        labels: [Double],
        predictions: [Double],
        resamples: Int = 1_000,
        confidence: Double = 0.95,
        seed: Int
    ) -> BootstrapInterval {
        let errors = zip(labels, predictions).map { abs($0 - $1) }
        var generator = SeededGenerator(seed: seed)
        let figures = (0..<(errors.isEmpty ? 0 : resamples))
            .map { _ in
                var sum = 0.0
                for _ in errors.indices { sum += errors[generator.below(errors.count)] }
                return sum / Double(errors.count)
            }
        return BootstrapInterval(figures: figures, confidence: confidence)
    }
}
