package import MartletCore

/// What a search of runs looks at.
package enum RunField: Sendable, Hashable {
    case metric(String)
    case parameter(String)
    case tag(String)
    case id, name, user, status, startedAt, endedAt
}

/// How a run's field is compared.
package enum RunComparison: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// `%` stands for any text, `_` for one character; case matters.
    case like = "LIKE"
    /// As ``like``, case ignored for ASCII letters.
    case caseInsensitiveLike = "ILIKE"
}

/// One condition of a search; a run without the field never meets it.
package enum RunCondition: Sendable, Hashable {
    case number(RunField, RunComparison, Double)
    case text(RunField, RunComparison, String)
    case time(RunField, RunComparison, EventTime)
    case anyOf(RunField, [String])
    case noneOf(RunField, [String])
    case exists(RunField)
    case missing(RunField)
}

/// One key to sort runs by; runs without the field come last in both directions.
package struct RunOrder: Sendable, Hashable {
    package var field: RunField
    package var isAscending: Bool

    /// Sorts by `field`.
    package init(_ field: RunField, ascending: Bool = true) {
        self.field = field
        self.isAscending = ascending
    }
}

/// A search over runs: all conditions must hold.
package struct RunSearch: Sendable, Hashable {
    /// The most runs one page may hold.
    package static let pageLimit = 50_000

    /// Experiments to look in; `nil` is all.
    package var experimentIDs: [String]?
    package var conditions: [RunCondition]
    package var lifecycle: Lifecycle?
    /// Sort keys, the first counting most; then the latest start, then the id.
    package var order: [RunOrder]
    package var limit: Int
    package var offset: Int

    /// Looks for active runs, the latest start first, unless told otherwise.
    package init(
        experimentIDs: [String]? = nil,
        conditions: [RunCondition] = [],
        lifecycle: Lifecycle? = .active,
        order: [RunOrder] = [],
        limit: Int = 1_000,
        offset: Int = 0
    ) {
        self.experimentIDs = experimentIDs
        self.conditions = conditions
        self.lifecycle = lifecycle
        self.order = order
        self.limit = limit
        self.offset = offset
    }
}

/// A page of runs.
package struct RunPage: Sendable, Hashable {
    package var runs: [Run]
    /// The offset of the next page, or `nil` after the last run.
    package var nextOffset: Int?

    /// Holds `runs` of a search.
    package init(runs: [Run], nextOffset: Int?) {
        self.runs = runs
        self.nextOffset = nextOffset
    }
}
