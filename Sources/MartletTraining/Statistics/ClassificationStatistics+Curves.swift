/// A point of a curve over falling thresholds.
package struct CurvePoint: Sendable, Hashable {
    package let x: Double
    package let y: Double
    /// Rows with at least this score count as positive; infinite where none does.
    package let threshold: Double
}

extension ClassificationStatistics {
    /// The receiver operating characteristic: false positive rate against true positive rate, from (0, 0) to (1, 1).
    ///
    /// One point for each different score, by falling threshold; empty when only one class is present.
    package var rocCurve: [CurvePoint] {
        let negativeCount = self.count - self.positiveCount
        guard self.positiveCount > 0, negativeCount > 0 else { return [] }
        let rest = self.countsByThreshold.map { step in
            CurvePoint(
                x: Double(step.falsePositives) / Double(negativeCount),
                y: Double(step.truePositives) / Double(self.positiveCount),
                threshold: step.threshold
            )
        }
        return [CurvePoint(x: 0, y: 0, threshold: .infinity)] + rest
    }

    /// Recall against precision by falling threshold, from recall 0 with precision 1 on.
    ///
    /// One point for each different score, also behind the one at which all positives are found; empty without positives.
    package var precisionRecallCurve: [CurvePoint] {
        guard self.positiveCount > 0 else { return [] }
        let rest = self.countsByThreshold.map { step in
            CurvePoint(
                x: Double(step.truePositives) / Double(self.positiveCount),
                y: Double(step.truePositives) / Double(step.truePositives + step.falsePositives),
                threshold: step.threshold
            )
        }
        return [CurvePoint(x: 0, y: 1, threshold: .infinity)] + rest
    }
}
