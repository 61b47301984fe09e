/// What a search of runs looks at.
package enum RunField: Sendable, Hashable {
    /// The latest value of a metric.
    case metric(String)
    case parameter(String)
    case tag(String)
    /// A part of any data set the run read.
    case dataset(DatasetField)
    case id, name, user, status, startedAt, endedAt
    /// Where its artifacts lie, as ``Run/artifactURI`` says it.
    case artifactURI
}

/// A part of a data set that a search can look at.
package enum DatasetField: Sendable, Hashable {
    case name, digest, context
}

/// One condition of a search of runs.
package typealias RunCondition = SearchCondition<RunField>

/// One key to sort runs by.
package typealias RunOrder = SearchOrder<RunField>

/// A search over runs: all conditions must hold.
package struct RunSearch: Sendable, Hashable {
    /// Experiments to look in; `nil` is all.
    package var experimentIDs: [String]?
    package var conditions: [RunCondition]
    /// Whether to look among active or deleted runs; `nil` is both.
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
