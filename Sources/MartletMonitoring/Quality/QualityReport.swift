package import MartletCore
import MartletStatistics

/// How well a model version does in a window: what its labels say, and what is to be expected before they are in.
package struct QualityReport: Sendable {
    /// One answered prediction.
    package struct Row: Sendable {
        package let join: OutcomeMatch.Prediction
        package let prediction: Double
        package let cells: [String: ProfiledCell]

        /// Describes a prediction.
        package init(join: OutcomeMatch.Prediction, prediction: Double, cells: [String: ProfiledCell]) {
            self.join = join
            self.prediction = prediction
            self.cells = cells
        }
    }

    package let maturity: LabelMaturity
    /// From the labels that are in.
    package let realised: RealisedQuality
    /// Of all predictions of the window, without labels; empty when the model version cannot say.
    package let estimated: [QualityFigure]
    /// The mean absolute error on the test part at training; `nil` for classifiers.
    package let testError: Double?
    /// The parts of the traffic with a greater loss than the rest, the worst first.
    ///
    /// The loss is the absolute error of a regression, the squared error of a classifier's score.
    package let worstSlices: [SliceErrors.Slice]

    /// Joins `rows` with `labels` as of `now`.
    ///
    /// - Parameters:
    ///   - rows: the predictions of the window.
    ///   - labels: all that came true, in the order of arrival.
    ///   - reference: what the version looked like in training.
    ///   - estimated: what is expected of all rows.
    ///   - threshold: the score from which a classifier says yes; `nil` for a regression.
    ///   - now: when the labels were read.
    package init(
        rows: [Row],
        labels: [OutcomeMatch.Label],
        reference: ReferenceProfile,
        estimated: [QualityFigure],
        threshold: Double?,
        now: EventTime
    ) {
        let found = OutcomeMatch.labels(of: rows.map(\.join), among: labels)
        self.maturity = LabelMaturity(
            zip(rows, found)
                .map { row, label in
                    (
                        age: TimeSpan(microseconds: max(0, now.microseconds - row.join.at.microseconds)),
                        delay: label.map {
                            TimeSpan(microseconds: max(0, $0.at.microseconds - row.join.at.microseconds))
                        }
                    )
                }
        )
        let known = zip(rows, found).compactMap { row, label in label.map { (row, $0.value) } }
        let predictions = known.map(\.0.prediction)
        if let threshold {
            self.realised = .classification(
                scores: predictions,
                labels: known.map { $0.1 > 0.5 },
                threshold: threshold
            )
        } else {
            self.realised = .regression(predictions: predictions, labels: known.map(\.1))
        }
        let parts = SliceParts(reference)
        var slices = SliceErrors()
        for (row, label) in known {
            let error = row.prediction - label
            let loss = threshold == nil ? abs(error) : error * error
            for (column, part) in parts.parts(of: row.cells) { slices.add(loss, column: column, part: part) }
        }
        self.worstSlices = slices.worst
        self.estimated = estimated
        self.testError = reference.loss?.testError
    }

    /// The leading figure that is realised, against what the test part gave; `nil` without either.
    package var growth: Double? {
        guard let testError, testError > 0, let error = self.realised.figures.first(where: { $0.name == "mae" }) else {
            return nil
        }
        return error.value / testError - 1
    }

    /// The error to expect against what the test part gave; `nil` for classifiers.
    package var estimatedGrowth: Double? {
        guard let testError, testError > 0, let error = self.estimated.first(where: { $0.name == "mae" }) else {
            return nil
        }
        return error.value / testError - 1
    }
}

/// Cuts the columns of rows into parts: names as they are, numbers by the quartiles of training.
private struct SliceParts {
    private let quartiles: [String: [Double]]

    init(_ reference: ReferenceProfile) {
        self.quartiles = reference.data.columns.compactMapValues { column in
            guard let sketch = column.sketch, sketch.count > 0 else { return nil }
            let distribution = EmpiricalDistribution(sketch)
            var edges: [Double] = []
            for quarter in 1..<4 {
                let edge = distribution.quantile(Double(quarter) / 4)
                if edge < sketch.maximum, edge > edges.last ?? -.infinity { edges.append(edge) }
            }
            return edges
        }
    }

    func parts(of cells: [String: ProfiledCell]) -> [(String, String)] {
        cells.map { column, cell in
            switch cell {
            case .missing: (column, "missing")
            case .category(let name): (column, "= \(name)")
            case .number(let number): (column, self.part(of: number, self.quartiles[column] ?? []))
            }
        }
    }

    private func part(of number: Double, _ edges: [Double]) -> String {
        guard let last = edges.last else { return "any" }
        if let edge = edges.first(where: { number <= $0 }) { return "≤ \(edge)" }
        return "> \(last)"
    }
}
