package import MartletStatistics

/// How well a model does before its labels are in.
package enum EstimatedQuality {
    /// The mean absolute error of a regression as a second model foresees it.
    ///
    /// The second model learned the absolute errors of rows the first had not seen; it knows which rows are hard, and so
    /// sees an error that grows because rows got harder, not one that grows because the world's answer changed.
    ///
    /// - Parameters:
    ///   - foreseen: the errors foreseen of the rows of the window.
    ///   - deviation: how far single errors fell from what was foreseen, as a standard deviation.
    /// - Returns: nil when there are no rows.
    /// - Source: direct loss estimation, as in NannyML.
    package static func absoluteError(foreseen: SampleMoments, deviation: Double) -> QualityFigure? {
        guard foreseen.count > 0 else { return nil }
        let count = Double(foreseen.count)
        let error = ((foreseen.variance + deviation * deviation) / count).squareRoot()
        return QualityFigure("mae", mean: foreseen.mean, standardError: error, from: 0)
    }

    /// Accuracy, precision, recall and AUC of a classifier as its own calibrated scores say.
    ///
    /// They hold as long as a score still means what it meant; the intervals are those of the labels that will come.
    ///
    /// - Source: confidence-based performance estimation, as in NannyML.
    package static func classification(
        scores: EmpiricalDistribution,
        calibration: CalibrationMap,
        threshold: Double
    ) -> [QualityFigure] {
        guard scores.count > 0 else { return [] }
        var (right, rightVariance) = (0.0, 0.0)
        var (positive, truePositive, falseNegative) = (0.0, 0.0, 0.0)
        var (foundVariance, missedVariance) = (0.0, 0.0)
        var (area, negativesBelow, positives) = (0.0, 0.0, 0.0)
        var before = 0.0
        for (index, score) in scores.values.enumerated() {
            let weight = scores.cumulative[index] - before
            before = scores.cumulative[index]
            let rate = calibration.rate(score)
            let variance = weight * rate * (1 - rate)
            right += weight * (score >= threshold ? rate : 1 - rate)
            rightVariance += variance
            if score >= threshold {
                positive += weight
                truePositive += weight * rate
                foundVariance += variance
            } else {
                falseNegative += weight * rate
                missedVariance += variance
            }
            area += weight * rate * (negativesBelow + weight * (1 - rate) / 2)
            negativesBelow += weight * (1 - rate)
            positives += weight * rate
        }
        var figures = [
            QualityFigure(
                "accuracy",
                mean: right / scores.count,
                standardError: rightVariance.squareRoot() / scores.count,
                from: 0,
                to: 1
            )
        ]
        if positive > 0 {
            let error = foundVariance.squareRoot() / positive
            figures.append(
                QualityFigure("precision", mean: truePositive / positive, standardError: error, from: 0, to: 1)
            )
        }
        let all = truePositive + falseNegative
        if all > 0 {
            // The delta method: recall is t / (t + f), and t and f vary independently.
            let error =
                (falseNegative * falseNegative * foundVariance + truePositive * truePositive * missedVariance)
                .squareRoot() / (all * all)
            figures.append(QualityFigure("recall", mean: truePositive / all, standardError: error, from: 0, to: 1))
        }
        if positives > 0, negativesBelow > 0 {
            figures.append(QualityFigure("auc", area / (positives * negativesBelow), nil))
        }
        return figures
    }
}
