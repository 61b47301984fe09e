/// One column of values with its missing cells marked.
package struct Column: Sendable, Hashable {
    /// The cells, by type; the cell of a missing row holds any value.
    package enum Storage: Sendable, Hashable {
        case boolean([Bool])
        case int64([Int64])
        case float64([Double])
        case string([String])
        /// Dates (midnight UTC) and timestamps, in microseconds since 1970.
        case time([Int64])
    }

    package let storage: Storage
    /// Whether each cell holds a value; empty when all do.
    package let validity: [Bool]

    /// Takes cells and their validity.
    ///
    /// - Precondition: `validity` is empty or as long as the cells.
    package init(_ storage: Storage, validity: [Bool] = []) {
        self.storage = storage
        self.validity = validity.allSatisfy(\.self) ? [] : validity
        precondition(validity.isEmpty || validity.count == self.count, "validity must cover every cell")
    }

    /// Builds a column of `type` from single values; a value of another type is an error of the caller.
    package init(_ values: [Value], type: DataType) {
        let validity = values.map { $0 != .null }
        switch type {
        case .boolean:
            self.init(
                .boolean(values.map { if case .boolean(let value) = $0 { value } else { false } }),
                validity: validity
            )
        case .int64:
            self.init(.int64(values.map { if case .int64(let value) = $0 { value } else { 0 } }), validity: validity)
        case .float64:
            self.init(.float64(values.map { if case .null = $0 { 0 } else { $0.number } }), validity: validity)
        case .string:
            self.init(.string(values.map { if case .string(let value) = $0 { value } else { "" } }), validity: validity)
        case .date, .timestamp:
            self.init(
                .time(values.map { if case .time(let value) = $0 { value.microseconds } else { 0 } }),
                validity: validity
            )
        }
    }

    /// The number of rows.
    package var count: Int {
        switch self.storage {
        case .boolean(let cells): cells.count
        case .int64(let cells): cells.count
        case .float64(let cells): cells.count
        case .string(let cells): cells.count
        case .time(let cells): cells.count
        }
    }

    /// Whether the cell at `row` holds a value.
    package func isValid(_ row: Int) -> Bool { self.validity.isEmpty || self.validity[row] }

    /// The cell at `row`.
    package subscript(row: Int) -> Value {
        guard self.isValid(row) else { return .null }
        return switch self.storage {
        case .boolean(let cells): .boolean(cells[row])
        case .int64(let cells): .int64(cells[row])
        case .float64(let cells): .float64(cells[row])
        case .string(let cells): .string(cells[row])
        case .time(let cells): .time(EventTime(microseconds: cells[row]))
        }
    }

    /// Every cell as the number a model sees, missing and text as `NaN`.
    package var numbers: [Double] {
        switch self.storage {
        case .float64(let cells) where self.validity.isEmpty: cells
        default: (0..<self.count).map { self[$0].number }
        }
    }
}

/// Some rows of a table, stored by column.
package struct ColumnBatch: Sendable, Hashable {
    package let schema: Schema
    package let columns: [Column]
    package let rowCount: Int

    /// Puts columns together.
    ///
    /// - Precondition: one column for each field, all of one length.
    package init(schema: Schema, columns: [Column]) {
        precondition(schema.fields.count == columns.count, "one column for each field")
        precondition(Set(columns.map(\.count)).count <= 1, "columns must have one length")
        self.schema = schema
        self.columns = columns
        self.rowCount = columns.first?.count ?? 0
    }

    /// Builds a batch from rows of values in the order of `schema`.
    package init(schema: Schema, rows: [[Value]]) {
        self.init(
            schema: schema,
            columns: schema.fields.enumerated()
                .map { index, field in Column(rows.map { $0[index] }, type: field.type) }
        )
    }

    /// The column `name`, or `nil`.
    package subscript(name: String) -> Column? { self.schema.index(of: name).map { self.columns[$0] } }

    /// The cells of one row, in the order of the schema.
    package func row(_ index: Int) -> [Value] { self.columns.map { $0[index] } }
}
