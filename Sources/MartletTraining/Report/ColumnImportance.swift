import MartletForest

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

    /// Averages exact contributions over `rows`, and sorts columns by them, then by gain, then by name.
    ///
    /// `rows` holds the sampled rows' values row-major; `gain` is one a column.
    ///
    /// - Complexity: O(rows × trees × leaves × depth²).
    static func measure(forest: Forest, columns: [String], rows: [Double], gain: [Double]) -> [ColumnImportance] {
        let width = columns.count
        let count = width == 0 ? 0 : rows.count / width
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<count {
            let contributions = forest.contributions(Array(rows[row * width..<(row + 1) * width]))
            for column in 0..<width { sums[column] += abs(contributions[column]) }
        }
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
