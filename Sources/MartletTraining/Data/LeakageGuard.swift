package import MartletFeatures

/// A feature that probably knows the answer.
package struct LeakageFinding: Sendable, Equatable, Codable, CustomStringConvertible {
    /// The model column.
    package let feature: String
    /// Why it is suspected, with the figure.
    package let reason: String
    /// Whether the point-in-time join kept it out of the training set, so that it is a warning and no leak.
    package let isPrevented: Bool

    package var description: String { "'\(self.feature)' \(self.reason)" }

    /// Records that `feature` is suspected for `reason`.
    package init(feature: String, reason: String, isPrevented: Bool = false) {
        self.feature = feature
        self.reason = reason
        self.isPrevented = isPrevented
    }
}

/// Looks for features that alone predict the label nearly perfectly.
///
/// Only the training part is looked at. Numbers are judged by the area under the curve (0.995) or by rank correlation
/// (0.99); categories by their label means, learned on every second row and judged on the others, so that a column of
/// identifiers does not accuse itself. A category all of whose rows are positive, and which holds a tenth of all
/// positives, gives the label away for those rows and is named too. Figures rest on at most 20 000 rows.
package enum LeakageGuard {
    private static let areaLimit = 0.995
    private static let correlationLimit = 0.99
    private static let judgedRows = 20_000
    private static let smallestCategory = 30
    private static let smallestShare = 0.1

    /// Examines one column.
    ///
    /// - Parameters:
    ///   - name: the model column.
    ///   - values: the column on the training rows; category codes where `categories` is given. `NaN` is missing.
    ///   - categories: the names of the codes, or `nil` for numbers.
    ///   - labels: the label of the same rows.
    ///   - task: what the label is.
    /// - Returns: what is suspected, or `nil`.
    /// - Complexity: O(n log n).
    package static func examine(
        name: String,
        values: [Double],
        categories: [String]?,
        labels: [Double],
        task: TrainingTask
    ) -> LeakageFinding? {
        guard values.count >= 20, Set(labels.prefix(10_000)).count > 1 else { return nil }
        if categories != nil, task == .binaryClassification,
            let share = Self.shareGivenAway(codes: values, labels: labels)
        {
            let percent = FigureText.percent(share.share)
            return LeakageFinding(
                feature: name,
                reason: "gives the label away: every one of the \(share.rows) rows of one category is positive, "
                    + "which is \(percent) of all positives"
            )
        }
        let (allScores, allLabels) =
            categories == nil ? (values, labels) : Self.heldOutMeans(codes: values, labels: labels)
        let scores = Self.thinned(allScores)
        let judged = Self.thinned(allLabels)
        switch task {
        case .binaryClassification:
            // A missing value is a value too: it counts as the lowest.
            let statistics = ClassificationStatistics(labels: judged.map { $0 > 0.5 }, scores: scores)
            let area = max(statistics.auc, 1 - statistics.auc)
            guard area >= Self.areaLimit else { return nil }
            return LeakageFinding(
                feature: name,
                reason: "alone predicts the label nearly perfectly: area under the curve \(FigureText.of(area))"
            )
        case .regression:
            let correlation = abs(RankCorrelation.spearman(scores, judged))
            guard correlation >= Self.correlationLimit else { return nil }
            return LeakageFinding(
                feature: name,
                reason: "alone predicts the label nearly perfectly: rank correlation \(FigureText.of(correlation))"
            )
        }
    }

    /// Names the features whose rows were created after the moments of the labels they were true at.
    ///
    /// - Parameters:
    ///   - lateShares: by view, the part of the moments with such a row; see `HistoricalResult/lateShares`.
    ///   - features: the features of the training set.
    /// - Returns: one finding for each feature of such a view, in the order of `features`; each is prevented already.
    package static func lateFeatures(
        _ lateShares: [String: Double],
        among features: [FeatureReference]
    ) -> [LeakageFinding] {
        features.compactMap { feature in
            lateShares[feature.view]
                .map { share in
                    LeakageFinding(
                        feature: feature.columnName,
                        reason:
                            "has rows created after the label's time, for \(FigureText.percent(share)) of the moments; "
                            + "the join left them out, and serving will not have them in time either",
                        isPrevented: true
                    )
                }
        }
    }

    /// At most ``judgedRows`` of `cells`, spread evenly: sorting more says nothing new about a limit so near to 1.
    private static func thinned(_ cells: [Double]) -> [Double] {
        guard cells.count > Self.judgedRows else { return cells }
        return (0..<Self.judgedRows).map { cells[$0 * cells.count / Self.judgedRows] }
    }

    /// The greatest pure positive category, when it is large enough to matter.
    private static func shareGivenAway(codes: [Double], labels: [Double]) -> (rows: Int, share: Double)? {
        var counts: [Double: (rows: Int, positives: Int)] = [:]
        var positives = 0
        for (code, label) in zip(codes, labels) {
            let isPositive = label > 0.5
            positives += isPositive ? 1 : 0
            guard !code.isNaN else { continue }
            counts[code, default: (0, 0)].rows += 1
            counts[code, default: (0, 0)].positives += isPositive ? 1 : 0
        }
        guard positives > 0, positives * 2 < labels.count else { return nil }
        let pure = counts.values.filter { $0.rows == $0.positives && $0.rows >= Self.smallestCategory }.map(\.rows)
        guard let rows = pure.max() else { return nil }
        let share = Double(rows) / Double(positives)
        return share >= Self.smallestShare ? (rows, share) : nil
    }

    /// The mean label of each category over even rows, as the score of the odd ones.
    private static func heldOutMeans(codes: [Double], labels: [Double]) -> (scores: [Double], labels: [Double]) {
        var sums: [Double: (sum: Double, count: Double)] = [:]
        var total = 0.0
        for row in stride(from: 0, to: codes.count, by: 2) {
            let key = codes[row].isNaN ? -1 : codes[row]
            sums[key, default: (0, 0)].sum += labels[row]
            sums[key, default: (0, 0)].count += 1
            total += labels[row]
        }
        let mean = total / Double((codes.count + 1) / 2)
        let odd = stride(from: 1, to: codes.count, by: 2)
        let scores = odd.map { row in
            sums[codes[row].isNaN ? -1 : codes[row]].map { $0.sum / $0.count } ?? mean
        }
        return (scores, odd.map { labels[$0] })
    }
}
