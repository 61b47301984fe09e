import MartletForest

/// Sampled rows, and how much each column moved each row's raw score.
struct ExplainedSample: Sendable {
    let columns: [String]
    /// The rows' values, row-major; categories are codes, missing is `NaN`.
    let values: [Double]
    /// The SHAP values, in the layout of ``values``.
    let contributions: [Double]

    /// The number of rows.
    var count: Int { self.columns.isEmpty ? 0 : self.values.count / self.columns.count }

    /// Explains `rows`, given row-major.
    ///
    /// - Complexity: O(rows × nodes × ⌈features on a path / 8⌉).
    init(forest: Forest, columns: [String], rows: [Double]) {
        let width = columns.count
        self.columns = columns
        self.values = rows
        var contributions: [Double] = []
        contributions.reserveCapacity(rows.count)
        for start in stride(from: 0, to: width == 0 ? 0 : rows.count, by: max(1, width)) {
            contributions += forest.contributions(Array(rows[start..<start + width])).prefix(width)
        }
        self.contributions = contributions
    }

    /// Keeps what was explained elsewhere.
    init(columns: [String], values: [Double], contributions: [Double]) {
        self.columns = columns
        self.values = values
        self.contributions = contributions
    }

    /// The value and the SHAP value of `column` in every row.
    func column(_ column: Int) -> [(value: Double, contribution: Double)] {
        let width = self.columns.count
        return (0..<self.count).map { (self.values[$0 * width + column], self.contributions[$0 * width + column]) }
    }
}
