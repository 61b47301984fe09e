/// Rows to train or validate on.
package struct TrainingMatrix: Sendable {
    /// The cells row by row, `rowCount × columnNames.count`; `NaN` is missing.
    package let features: [Double]
    package let columnNames: [String]
    /// One label a row.
    package let label: [Float]
    /// One weight a row, or `nil` when all weigh the same.
    package let weight: [Float]?
    /// The columns that hold category codes: whole numbers from 0, `NaN` for missing or unknown.
    package let categoricalColumns: Set<Int>

    /// Puts rows and labels together.
    ///
    /// - Precondition: the lengths fit each other.
    package init(
        features: [Double],
        columnNames: [String],
        label: [Float],
        weight: [Float]? = nil,
        categoricalColumns: Set<Int> = []
    ) {
        precondition(features.count == columnNames.count * label.count, "one cell for each row and column")
        precondition(weight == nil || weight?.count == label.count, "one weight for each row")
        precondition(categoricalColumns.allSatisfy(columnNames.indices.contains), "categorical columns must exist")
        self.features = features
        self.columnNames = columnNames
        self.label = label
        self.weight = weight
        self.categoricalColumns = categoricalColumns
    }

    /// The number of rows.
    package var rowCount: Int { self.label.count }
}
