import Foundation

/// How well scores tell fails from passes: rows sorted once, every figure read from that order.
///
/// A row counts as predicted positive when its score is at least the threshold. `NaN` stands for a figure that the rows
/// do not determine, such as an area when only one class is present.
package struct ClassificationStatistics: Sendable {
    /// Row numbers by falling score.
    private let order: [Int]
    private let scores: [Double]
    private let labels: [Bool]
    package let positiveCount: Int

    /// The number of rows.
    package var count: Int { self.labels.count }

    /// Sorts the rows.
    ///
    /// - Parameters:
    ///   - labels: whether each row is positive. Shape `[n]`.
    ///   - scores: the probability or any score that grows with it, in the same order; `NaN` counts as the lowest.
    /// - Precondition: both have one length.
    /// - Complexity: O(n log n).
    package init(labels: [Bool], scores: [Double]) {
        precondition(labels.count == scores.count, "one score for each label")
        let scores = scores.map { $0.isNaN ? -.infinity : $0 }
        self.labels = labels
        self.scores = scores
        self.order = Array(labels.indices).sorted { scores[$0] > scores[$1] }
        self.positiveCount = labels.count { $0 }
    }

    /// The area under the receiver operating characteristic; ties count one half.
    ///
    /// - Source: J. Hanley, B. McNeil, "The meaning and use of the area under a ROC curve", 1982.
    package var auc: Double { self.areas(weights: nil).auc }

    /// Average precision: Σ (Rₙ − Rₙ₋₁) · Pₙ over falling thresholds, without interpolation.
    package var averagePrecision: Double { self.areas(weights: nil).averagePrecision }

    /// Both areas with each row counted `weights[row]` times, or once.
    func areas(weights: [Double]?) -> (auc: Double, averagePrecision: Double) {
        var truePositives = 0.0
        var falsePositives = 0.0
        var concordant = 0.0
        var precisionSteps = 0.0
        var position = 0
        while position < self.order.count {
            let score = self.scores[self.order[position]]
            var positives = 0.0
            var negatives = 0.0
            while position < self.order.count, self.scores[self.order[position]] == score {
                let row = self.order[position]
                let weight = weights?[row] ?? 1
                if self.labels[row] { positives += weight } else { negatives += weight }
                position += 1
            }
            concordant += negatives * (truePositives + positives / 2)
            truePositives += positives
            falsePositives += negatives
            if positives > 0 { precisionSteps += positives * truePositives / (truePositives + falsePositives) }
        }
        guard truePositives > 0, falsePositives > 0 else { return (.nan, .nan) }
        return (concordant / (truePositives * falsePositives), precisionSteps / truePositives)
    }

    /// The harmonic mean of precision and recall at `threshold`; 0 when nothing is found.
    package func f1(threshold: Double) -> Double {
        var truePositives = 0
        var predicted = 0
        for row in self.labels.indices where self.scores[row] >= threshold {
            predicted += 1
            if self.labels[row] { truePositives += 1 }
        }
        let denominator = predicted + self.positiveCount
        return denominator == 0 ? .nan : 2 * Double(truePositives) / Double(denominator)
    }

    /// The score that as a threshold gives the greatest F1; of equal ones the highest, 0.5 when there are no positives.
    package var bestThreshold: Double {
        guard self.positiveCount > 0 else { return 0.5 }
        var best = (f1: -1.0, threshold: 0.5)
        var truePositives = 0
        for (position, row) in self.order.enumerated() {
            if self.labels[row] { truePositives += 1 }
            let isLastOfTie =
                position + 1 == self.order.count || self.scores[self.order[position + 1]] != self.scores[row]
            guard isLastOfTie else { continue }
            let f1 = 2 * Double(truePositives) / Double(position + 1 + self.positiveCount)
            if f1 > best.f1 { best = (f1, self.scores[row]) }
        }
        return best.threshold
    }

    /// How many rows of each class have at least a score, one entry for each different score, the highest first.
    var countsByThreshold: [(threshold: Double, truePositives: Int, falsePositives: Int)] {
        var counts: [(threshold: Double, truePositives: Int, falsePositives: Int)] = []
        var truePositives = 0
        for (position, row) in self.order.enumerated() {
            if self.labels[row] { truePositives += 1 }
            let isLastOfTie =
                position + 1 == self.order.count || self.scores[self.order[position + 1]] != self.scores[row]
            if isLastOfTie { counts.append((self.scores[row], truePositives, position + 1 - truePositives)) }
        }
        return counts
    }

    /// Mean negative log likelihood; scores are held within 2⁻⁵² of 0 and 1, so the result is finite.
    package var logLoss: Double {
        guard !self.labels.isEmpty else { return .nan }
        let epsilon = Double.ulpOfOne
        var sum = 0.0
        for (label, score) in zip(self.labels, self.scores) {
            let probability = min(max(score, epsilon), 1 - epsilon)
            sum -= log(label ? probability : 1 - probability)
        }
        return sum / Double(self.labels.count)
    }
}
