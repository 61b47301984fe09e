package import MartletCore

/// One value of a feature view.
package struct Feature: Sendable, Hashable, Codable {
    package let name: String
    package let type: DataType
    package let description: String?
    /// Where the value comes from.
    package let origin: Origin

    /// How a feature is made from the rows of its source.
    package enum Origin: Sendable, Hashable, Codable {
        /// The value of a source column in the newest row.
        case column(String)
        /// A summary of the rows of a window.
        case aggregate(WindowedAggregate)
    }

    /// Declares a feature.
    package init(name: String, type: DataType, description: String? = nil, origin: Origin) {
        self.name = name
        self.type = type
        self.description = description
        self.origin = origin
    }

    /// What a model gets for an entity of which nothing is known: null, and 0 for a count, which counts nothing.
    package var valueWhenAbsent: Value {
        if case .aggregate(let aggregate) = self.origin, aggregate.function == .count { return .int64(0) }
        return .null
    }
}

/// A summary of the events in the half-open window `(T − window, T]` that were known at T.
package struct WindowedAggregate: Sendable, Hashable, Codable {
    package let function: AggregateFunction
    /// The source column; `nil` counts events.
    package let column: String?
    package let window: TimeSpan

    /// Declares a summary of `column` over `window`.
    package init(_ function: AggregateFunction, of column: String?, over window: TimeSpan) {
        self.function = function
        self.column = column
        self.window = window
    }

    /// The feature's name: column, function and window, such as `amount_sum_30d`; `events_count_30d` without a column.
    package var featureName: String {
        "\(self.column ?? "events")_\(self.function.rawValue)_\(self.window)"
    }

    /// The type of the result: `int64` for counts, else `float64`.
    package var type: DataType { self.function == .count ? .int64 : .float64 }
}

/// A function over the values of a window; all ignore nulls, and all but `count` are null when no value is left.
package enum AggregateFunction: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    case count, sum, mean, min, max
    /// The value of the newest event: the later event time, then the later created time, then the greater value.
    case last
}
