/// What a search of logged models looks at.
package enum LoggedModelField: Sendable, Hashable {
    /// A metric on any data set; as a sort key its latest value, on the data set when one is named.
    case metric(String, LoggedModelDataset?)
    case parameter(String)
    case tag(String)
    case id, name, type, status, sourceRunID, createdAt, updatedAt
}

/// A data set that metrics of logged models were measured on; without a digest any of the name.
package struct LoggedModelDataset: Sendable, Hashable {
    package var name: String
    package var digest: String?

    /// Names data sets.
    package init(name: String, digest: String? = nil) {
        self.name = name
        self.digest = digest
    }
}

/// One condition of a search of logged models.
package typealias LoggedModelCondition = SearchCondition<LoggedModelField>

/// One key to sort logged models by.
package typealias LoggedModelOrder = SearchOrder<LoggedModelField>

/// A search over active logged models: all conditions must hold.
package struct LoggedModelSearch: Sendable, Hashable {
    /// Experiments to look in; `nil` is all.
    package var experimentIDs: [String]?
    package var conditions: [LoggedModelCondition]
    /// When not empty, conditions on metrics hold on one of these; without such a condition, a model must have a metric
    /// on one of them.
    package var datasets: [LoggedModelDataset]
    /// Sort keys, the first counting most; then the latest created, then the id.
    package var order: [LoggedModelOrder]
    package var limit: Int
    package var offset: Int

    /// Looks for logged models, the latest created first, unless told otherwise.
    package init(
        experimentIDs: [String]? = nil,
        conditions: [LoggedModelCondition] = [],
        datasets: [LoggedModelDataset] = [],
        order: [LoggedModelOrder] = [],
        limit: Int = 100,
        offset: Int = 0
    ) {
        self.experimentIDs = experimentIDs
        self.conditions = conditions
        self.datasets = datasets
        self.order = order
        self.limit = limit
        self.offset = offset
    }
}

/// A page of logged models.
package struct LoggedModelPage: Sendable, Hashable {
    package var models: [LoggedModel]
    /// The offset of the next page, or `nil` after the last model.
    package var nextOffset: Int?

    /// Holds `models` of a search.
    package init(models: [LoggedModel], nextOffset: Int?) {
        self.models = models
        self.nextOffset = nextOffset
    }
}
