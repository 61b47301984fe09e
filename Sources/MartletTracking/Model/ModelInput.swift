package import MartletCore

/// One column a model reads, in model order.
package struct ModelInput: Sendable, Hashable, Codable {
    /// Where the value comes from when a prediction is asked for.
    package enum Source: Sendable, Hashable, Codable {
        /// A feature of a view, looked up by entity.
        case feature(view: String, feature: String)
        /// Given in the request.
        case request
    }

    /// The model's column.
    package var name: String
    package var type: DataType
    package var source: Source
    /// The categories of a text column: a category's code is its position; an unknown or missing one is `NaN`.
    package var categories: [String]?
    /// Whether a request without the value is refused; a missing optional value is `NaN`.
    package var isRequired: Bool

    /// Declares a column.
    package init(name: String, type: DataType, source: Source, categories: [String]? = nil, isRequired: Bool = true) {
        self.name = name
        self.type = type
        self.source = source
        self.categories = categories
        self.isRequired = isRequired
    }

    private enum CodingKeys: String, CodingKey {
        case name, type, source, categories
        case isRequired = "required"
    }
}
