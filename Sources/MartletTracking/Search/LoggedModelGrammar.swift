import MartletCore

extension LoggedModelSearch {
    /// A sort key as clients give it.
    package struct SortKey: Sendable, Hashable {
        package var field: String
        package var isAscending: Bool
        package var dataset: LoggedModelDataset?

        /// Sorts by `field`, such as `name` or `metrics.rmse`.
        package init(field: String, isAscending: Bool, dataset: LoggedModelDataset?) {
            self.field = field
            self.isAscending = isAscending
            self.dataset = dataset
        }
    }

    /// Reads the filter and the order of a search over logged models.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found, and the keys there are.
    package init(
        experimentIDs: [String]?,
        filter: String,
        datasets: [LoggedModelDataset],
        order: [SortKey],
        limit: Int,
        offset: Int
    ) throws(TrackingError) {
        var conditions: [LoggedModelCondition] = []
        for clause in try SearchGrammar.clauses(of: filter) {
            conditions.append(try LoggedModelGrammar.condition(clause))
        }
        var keys: [LoggedModelOrder] = []
        for key in order {
            keys.append(LoggedModelOrder(try LoggedModelGrammar.sortField(key), ascending: key.isAscending))
        }
        self.init(
            experimentIDs: experimentIDs,
            conditions: conditions,
            datasets: datasets,
            order: keys,
            limit: limit,
            offset: offset
        )
    }
}

/// The fields of logged models as filters name them.
enum LoggedModelGrammar {
    private static let entities = ["attribute", "metric", "parameter", "tag"]
    private static let attributes = [
        "name", "model_id", "model_type", "status", "source_run_id", "creation_timestamp", "last_updated_timestamp",
    ]

    static func condition(_ clause: SearchClause) throws(TrackingError) -> LoggedModelCondition {
        switch clause.prefix {
        case "metric", "metrics":
            return try SearchProblem.number(clause, LoggedModelField.metric(clause.key, nil))
        case "param", "params", "parameter", "parameters":
            return try SearchProblem.text(
                clause,
                LoggedModelField.parameter(clause.key),
                hasNull: false,
                hasLists: false
            )
        case "tag", "tags":
            return try SearchProblem.text(clause, LoggedModelField.tag(clause.key), hasNull: false, hasLists: false)
        case nil, "attribute", "attributes", "attr":
            let field = try Self.attribute(clause.key, in: clause.source)
            guard field == .createdAt || field == .updatedAt else {
                return Self.status(try SearchProblem.text(clause, field, hasNull: false, hasLists: true))
            }
            return try SearchProblem.time(clause, field)
        case let prefix?:
            throw SearchProblem.unknown(prefix, "entity type", Self.entities, in: clause.source)
        }
    }

    static func sortField(_ key: LoggedModelSearch.SortKey) throws(TrackingError) -> LoggedModelField {
        let sort = try SearchGrammar.sort(of: key.field)
        switch sort.prefix {
        case "metrics", "metric": return .metric(sort.key, key.dataset)
        case nil: return try Self.attribute(sort.key, in: key.field)
        case let prefix?:
            throw SearchProblem.unknown(prefix, "order by field", ["metrics.<name>"] + Self.attributes, in: key.field)
        }
    }

    private static func attribute(_ key: String, in source: String) throws(TrackingError) -> LoggedModelField {
        switch key {
        case "name": return .name
        case "model_id": return .id
        case "model_type": return .type
        case "status": return .status
        case "source_run_id": return .sourceRunID
        case "creation_timestamp", "creation_time": return .createdAt
        case "last_updated_timestamp", "last_updated_time": return .updatedAt
        default: throw SearchProblem.unknown(key, "attribute key", Self.attributes, in: source)
        }
    }

    /// Clients write `READY` where the protocol's value is `LOGGED_MODEL_READY`.
    private static func status(_ condition: LoggedModelCondition) -> LoggedModelCondition {
        func full(_ text: String) -> String {
            let long = "LOGGED_MODEL_" + text
            return LoggedModelStatus(rawValue: long) == nil ? text : long
        }
        switch condition {
        case .text(.status, let comparison, let text) where !comparison.isPattern:
            return .text(.status, comparison, full(text))
        case .anyOf(.status, let texts): return .anyOf(.status, texts.map(full))
        case .noneOf(.status, let texts): return .noneOf(.status, texts.map(full))
        default: return condition
        }
    }
}
