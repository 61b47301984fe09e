import Foundation
import MartletStatistics

/// How well a model did on the rows whose labels are in.
package struct RealisedQuality: Sendable, Hashable, Codable {
    /// Rows with a label.
    package let count: Int
    /// The figures, the leading one first.
    package let figures: [QualityFigure]

    /// Of a regression: mean absolute error, root mean square error, mean error (prediction minus label).
    package static func regression(predictions: [Double], labels: [Double]) -> RealisedQuality {
        let errors = zip(predictions, labels).map { $0 - $1 }
        let absolute = SampleMoments(errors.map(abs))
        let squared = SampleMoments(errors.map { $0 * $0 })
        let signed = SampleMoments(errors)
        guard absolute.count > 0 else { return RealisedQuality(count: 0, figures: []) }
        let root = squared.mean.squareRoot()
        return RealisedQuality(
            count: absolute.count,
            figures: [
                QualityFigure("mae", mean: absolute.mean, standardError: absolute.standardError, from: 0),
                QualityFigure(
                    "rmse",
                    mean: root,
                    standardError: root > 0 ? squared.standardError / (2 * root) : 0,
                    from: 0
                ),
                QualityFigure("mean_error", mean: signed.mean, standardError: signed.standardError, from: -.infinity),
            ]
        )
    }

    /// Of a classifier: accuracy, precision, recall at `threshold`, AUC and Brier score.
    package static func classification(scores: [Double], labels: [Bool], threshold: Double) -> RealisedQuality {
        let rows = zip(scores, labels)
        var (right, chosen, positive) = (BernoulliCount(), BernoulliCount(), BernoulliCount())
        for (score, label) in rows {
            right.add((score >= threshold) == label)
            if score >= threshold { chosen.add(label) }
            if label { positive.add(score >= threshold) }
        }
        guard right.trials > 0 else { return RealisedQuality(count: 0, figures: []) }
        var figures: [QualityFigure] = []
        for (name, count) in [("accuracy", right), ("precision", chosen), ("recall", positive)] {
            if let figure = Self.share(name, count) { figures.append(figure) }
        }
        let (ones, zeros) = (rows.filter(\.1).map(\.0), rows.filter { !$0.1 }.map(\.0))
        if let area = MannWhitneyTest.compare(control: zeros, treatment: ones)?.estimate {
            figures.append(Self.area(area, positives: Double(ones.count), negatives: Double(zeros.count)))
        }
        let brier = SampleMoments(rows.map { ($0 - ($1 ? 1 : 0)) * ($0 - ($1 ? 1 : 0)) })
        figures.append(QualityFigure("brier", mean: brier.mean, standardError: brier.standardError, from: 0, to: 1))
        return RealisedQuality(count: right.trials, figures: figures)
    }

    /// A share with Wilson's interval.
    ///
    /// - Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    private static func share(_ name: String, _ count: BernoulliCount) -> QualityFigure? {
        guard let rate = count.rate else { return nil }
        let (size, width) = (Double(count.trials), NormalDistribution.quantile(.upper, probability: 0.025))
        let scale = 1 + width * width / size
        let middle = (rate + width * width / (2 * size)) / scale
        let half = width * (rate * (1 - rate) / size + width * width / (4 * size * size)).squareRoot() / scale
        return QualityFigure(
            name,
            rate,
            ConfidenceInterval(lower: max(0, middle - half), upper: min(1, middle + half))
        )
    }

    /// - Source: J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic
    ///   (ROC) curve", 1982.
    private static func area(_ area: Double, positives: Double, negatives: Double) -> QualityFigure {
        let (one, two) = (area / (2 - area), 2 * area * area / (1 + area))
        let variance =
            (area * (1 - area) + (positives - 1) * (one - area * area) + (negatives - 1) * (two - area * area))
            / (positives * negatives)
        return QualityFigure("auc", mean: area, standardError: max(0, variance).squareRoot(), from: 0, to: 1)
    }
}
