import MartletCore

extension RunSearch {
    /// Reads the filter and the order of a search over runs.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found, and the keys there are.
    package init(
        experimentIDs: [String]?,
        filter: String,
        order: [String],
        lifecycle: Lifecycle?,
        limit: Int,
        offset: Int
    ) throws(TrackingError) {
        var conditions: [RunCondition] = []
        for clause in try SearchGrammar.clauses(of: filter) { conditions.append(try RunGrammar.condition(clause)) }
        var keys: [RunOrder] = []
        for text in order { keys.append(try RunGrammar.order(text)) }
        self.init(
            experimentIDs: experimentIDs,
            conditions: conditions,
            lifecycle: lifecycle,
            order: keys,
            limit: limit,
            offset: offset
        )
    }
}

/// The fields of runs as filters name them.
enum RunGrammar {
    private static let entities = ["metric", "parameter", "tag", "attribute", "dataset"]
    private static let attributes = [
        "run_id", "run_name", "user_id", "status", "artifact_uri", "start_time", "end_time", "created",
    ]

    static func condition(_ clause: SearchClause) throws(TrackingError) -> RunCondition {
        let field = try Self.field(clause.prefix, clause.key, in: clause.source)
        switch field {
        case .metric: return try SearchProblem.number(clause, field)
        case .startedAt, .endedAt: return try SearchProblem.time(clause, field)
        case .parameter, .tag: return try SearchProblem.text(clause, field, hasNull: true, hasLists: false)
        case .id, .dataset:
            return try SearchProblem.text(clause, field, hasNull: false, hasLists: true)
        default:
            // The run's name can be absent when it is asked for as a tag.
            return try SearchProblem.text(clause, field, hasNull: clause.key == Run.nameTag, hasLists: false)
        }
    }

    static func order(_ text: String) throws(TrackingError) -> RunOrder {
        let sort = try SearchGrammar.sort(of: text)
        let field = try Self.field(sort.prefix, sort.key, in: text)
        switch field {
        case .dataset:
            throw SearchProblem.unknown("dataset", "order_by entity type", Array(Self.entities.dropLast()), in: text)
        default: return RunOrder(field, ascending: sort.isAscending)
        }
    }

    private static func field(
        _ prefix: String?,
        _ key: String,
        in source: String
    ) throws(TrackingError) -> RunField {
        switch prefix {
        case "metric", "metrics": return .metric(key)
        case "param", "params", "parameter", "parameters": return .parameter(key)
        case "tag", "tags": return key == Run.nameTag ? .name : .tag(key)
        case "dataset", "datasets":
            switch key {
            case "name": return .dataset(.name)
            case "digest": return .dataset(.digest)
            case "context": return .dataset(.context)
            default:
                throw SearchProblem.unknown(key, "dataset key", ["name", "digest", "context"], in: source)
            }
        case nil, "attribute", "attributes", "attr", "run":
            return try Self.attribute(key, in: source)
        case let prefix?:
            throw SearchProblem.unknown(prefix, "entity type", Self.entities, in: source)
        }
    }

    private static func attribute(_ key: String, in source: String) throws(TrackingError) -> RunField {
        switch key {
        case "run_id": return .id
        case "run_name", "run name", "Run name", "Run Name": return .name
        case "user_id": return .user
        case "status": return .status
        case "artifact_uri": return .artifactURI
        case "start_time", "created", "Created": return .startedAt
        case "end_time": return .endedAt
        default: throw SearchProblem.unknown(key, "attribute key", Self.attributes, in: source)
        }
    }
}
