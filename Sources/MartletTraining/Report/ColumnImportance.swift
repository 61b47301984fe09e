/// How much one column matters to a model.
package struct ColumnImportance: Sendable, Codable, Equatable {
    package let column: String
    /// The total gain of the splits on the column, as the library counts it.
    package let gain: Double
    /// The mean of |SHAP| over the sampled rows, in the units of the raw score.
    package let meanAbsoluteContribution: Double

    private enum CodingKeys: String, CodingKey {
        case column, gain
        case meanAbsoluteContribution = "mean_abs_shap"
    }

    /// Averages the SHAP values of `sample`, and sorts columns by them, then by gain, then by name.
    ///
    /// `gain` is one a column.
    static func measure(_ sample: ExplainedSample, gain: [Double]) -> [ColumnImportance] {
        let columns = sample.columns
        let count = sample.count
        let sums = columns.indices.map { column in sample.column(column).reduce(0) { $0 + abs($1.contribution) } }
        return columns.indices
            .map { column in
                ColumnImportance(
                    column: columns[column],
                    gain: gain.indices.contains(column) ? gain[column] : 0,
                    meanAbsoluteContribution: count == 0 ? 0 : sums[column] / Double(count)
                )
            }
            .sorted { first, second in
                (second.meanAbsoluteContribution, second.gain, first.column)
                    < (first.meanAbsoluteContribution, first.gain, second.column)
            }
    }
}
