/// What a build of labels found.
package struct LabelFigures: Sendable, Hashable, Codable {
    /// Answers to inputs that count, up to the moment of the build.
    package var predictions = 0
    /// Those with a label.
    package var rows = 0
    /// Rows whose label is not 0.
    package var positives = 0
    /// Answers whose window is not over and that wait for their label.
    package var censored = 0
    /// Answers whose window is over and that nothing came of; only for outcomes.
    package var missing = 0
    /// Answers that were never seen; only with `shown_by`.
    package var unseen = 0
    /// Answers of variants that the rule leaves out.
    package var otherVariants = 0
    /// Feedback of the rule's kind that no answer was found for.
    package var unmatched = 0
    /// Feedback that names a request of several inputs and not which of them.
    package var ambiguous = 0
    /// Feedback that came true after the window of its request.
    package var late = 0
    /// Interactions without the amount that would be the label.
    package var withoutAmount = 0
    /// Rows that the model itself influenced.
    package var influenced = 0
    /// The mean label; `nil` without rows.
    package var meanLabel: Double?
    /// The smallest propensity of a row; `nil` without rows.
    package var leastPropensity: Double?

    /// Counts nothing.
    package init() {}

    /// The share of rows that the model itself influenced; `nil` without rows.
    package var influencedShare: Double? {
        self.rows == 0 ? nil : Double(self.influenced) / Double(self.rows)
    }

    private enum CodingKeys: String, CodingKey {
        case predictions, rows, positives, censored, missing, unseen, unmatched, ambiguous, late, influenced
        case otherVariants = "other_variants"
        case withoutAmount = "without_amount"
        case meanLabel = "mean_label"
        case leastPropensity = "least_propensity"
    }
}
