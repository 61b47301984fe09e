/// What a search of experiments looks at.
package enum ExperimentField: Sendable, Hashable {
    case id, name, createdAt, updatedAt
    case tag(String)
}

/// One condition of a search of experiments.
package typealias ExperimentCondition = SearchCondition<ExperimentField>

/// One key to sort experiments by.
package typealias ExperimentOrder = SearchOrder<ExperimentField>

/// A search over experiments: all conditions must hold.
package struct ExperimentSearch: Sendable, Hashable {
    package var conditions: [ExperimentCondition]
    /// Whether to look among active or deleted experiments; `nil` is both.
    package var lifecycle: Lifecycle?
    /// Sort keys, the first counting most; then the latest created, then the id.
    package var order: [ExperimentOrder]
    package var limit: Int
    package var offset: Int

    /// Looks for active experiments, the latest created first, unless told otherwise.
    package init(
        conditions: [ExperimentCondition] = [],
        lifecycle: Lifecycle? = .active,
        order: [ExperimentOrder] = [],
        limit: Int = 1_000,
        offset: Int = 0
    ) {
        self.conditions = conditions
        self.lifecycle = lifecycle
        self.order = order
        self.limit = limit
        self.offset = offset
    }
}

/// A page of experiments.
package struct ExperimentPage: Sendable, Hashable {
    package var experiments: [Experiment]
    /// The offset of the next page, or `nil` after the last experiment.
    package var nextOffset: Int?

    /// Holds `experiments` of a search.
    package init(experiments: [Experiment], nextOffset: Int?) {
        self.experiments = experiments
        self.nextOffset = nextOffset
    }
}
