/// The type of a column or feature, everywhere in Martlet.
package enum DataType: String, Sendable, Hashable, Codable, CaseIterable {
    case boolean
    /// A whole number of 64 bits.
    case int64
    /// An IEEE 754 double; `NaN` is missing.
    case float64
    /// UTF-8 text.
    case string
    /// A calendar day without a zone; as a moment, its midnight in UTC.
    case date
    /// A moment in UTC with microseconds.
    case timestamp

    /// Whether a model can take the values as they are, without categories.
    package var isNumeric: Bool {
        switch self {
        case .boolean, .int64, .float64: true
        case .string, .date, .timestamp: false
        }
    }
}

/// A named, typed column.
package struct Field: Sendable, Hashable, Codable {
    package let name: String
    package let type: DataType

    /// Declares the column `name`.
    package init(_ name: String, _ type: DataType) {
        self.name = name
        self.type = type
    }
}

/// The columns of a table or batch, in order, with unique names.
package struct Schema: Sendable, Hashable, Codable {
    package let fields: [Field]

    /// Declares columns in order.
    ///
    /// - Precondition: names are unique; readers of user input report duplicates before they build a schema.
    package init(_ fields: [Field]) {
        precondition(Set(fields.map(\.name)).count == fields.count, "column names must be unique")
        self.fields = fields
    }

    /// The names in order.
    package var names: [String] { self.fields.map(\.name) }

    /// The position of the column `name`, or `nil`.
    package func index(of name: String) -> Int? { self.fields.firstIndex { $0.name == name } }

    /// The type of the column `name`, or `nil`.
    package func type(of name: String) -> DataType? { self.fields.first { $0.name == name }?.type }
}
