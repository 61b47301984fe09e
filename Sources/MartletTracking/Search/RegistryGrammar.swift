import MartletCore

extension RegistrySearch where Field == RegisteredModelField {
    /// Reads the filter and the order of a search over registered models.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found, and the keys there are.
    package init(filter: String, order: [String], limit: Int, offset: Int) throws(TrackingError) {
        let names = ["name"]
        let sorts = ["name", "creation_timestamp", "timestamp", "last_updated_timestamp"]
        var conditions: [RegistryCondition<RegisteredModelField>] = []
        for clause in try SearchGrammar.clauses(of: filter) {
            if let key = try RegistryGrammar.tagKey(clause) {
                conditions.append(try RegistryGrammar.tag(clause, .tag(key), key))
            } else {
                try RegistryGrammar.checkKey(clause.key, names, clause.source)
                conditions.append(try RegistryGrammar.text(clause, .name, allowsLists: true))
            }
        }
        var keys: [RegistryOrder<RegisteredModelField>] = []
        for text in order {
            let sort = try RegistryGrammar.sort(text, sorts)
            let field: RegisteredModelField =
                switch sort.key {
                case "name": .name
                case "last_updated_timestamp": .updatedAt
                default: .createdAt
                }
            keys.append(RegistryOrder(field, ascending: sort.isAscending))
        }
        self.init(conditions: conditions, order: keys, limit: limit, offset: offset)
    }
}

extension RegistrySearch where Field == ModelVersionField {
    /// Reads the filter and the order of a search over model versions.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found, and the keys there are.
    package init(filter: String, order: [String], limit: Int, offset: Int) throws(TrackingError) {
        let names = ["name", "version_number", "run_id", "source_path"]
        let sorts = ["name", "version_number", "creation_timestamp", "last_updated_timestamp"]
        var conditions: [RegistryCondition<ModelVersionField>] = []
        for clause in try SearchGrammar.clauses(of: filter) {
            if let key = try RegistryGrammar.tagKey(clause) {
                conditions.append(try RegistryGrammar.tag(clause, .tag(key), key))
                continue
            }
            try RegistryGrammar.checkKey(clause.key, names, clause.source)
            switch clause.key {
            case "version_number": conditions.append(try RegistryGrammar.number(clause, .number))
            case "name": conditions.append(try RegistryGrammar.text(clause, .model, allowsLists: true))
            case "run_id": conditions.append(try RegistryGrammar.text(clause, .runID, allowsLists: true))
            default: conditions.append(try RegistryGrammar.text(clause, .source, allowsLists: false))
            }
        }
        var keys: [RegistryOrder<ModelVersionField>] = []
        for text in order {
            let sort = try RegistryGrammar.sort(text, sorts)
            let field: ModelVersionField =
                switch sort.key {
                case "name": .model
                case "version_number": .number
                case "creation_timestamp": .createdAt
                default: .updatedAt
                }
            keys.append(RegistryOrder(field, ascending: sort.isAscending))
        }
        self.init(conditions: conditions, order: keys, limit: limit, offset: offset)
    }
}

/// What the searches over models and versions share.
enum RegistryGrammar {
    /// A tag that clients set on prompts only, and ask to be absent or false on models.
    private static let promptTag = "mlflow.prompt.is_prompt"

    /// The key of a tag, or `nil` when the clause looks at an attribute.
    static func tagKey(_ clause: SearchClause) throws(TrackingError) -> String? {
        switch clause.prefix {
        case "tag", "tags": return clause.key
        case nil, "attribute", "attributes", "attr": return nil
        case let prefix?:
            throw SearchProblem.unknown(prefix, "entity type", ["attribute", "tag"], in: clause.source)
        }
    }

    static func checkKey(_ key: String, _ keys: [String], _ source: String) throws(TrackingError) {
        guard !keys.contains(key) else { return }
        throw SearchProblem.unknown(key, "attribute key", keys, in: source)
    }

    static func tag<Field>(
        _ clause: SearchClause,
        _ field: Field,
        _ key: String
    ) throws(TrackingError) -> RegistryCondition<Field> {
        if key == Self.promptTag {
            if clause.comparison == .equal, clause.operand == .text("false") { return .isNot(field, "true") }
            if clause.comparison == .notEqual, clause.operand == .text("true") { return .isNot(field, "true") }
        }
        switch clause.comparison {
        case .isNull: return .missing(field)
        case .isNotNull: return .exists(field)
        default: return try Self.text(clause, field, allowsLists: false)
        }
    }

    static func text<Field>(
        _ clause: SearchClause,
        _ field: Field,
        allowsLists: Bool
    ) throws(TrackingError) -> RegistryCondition<Field> {
        switch (clause.comparison, clause.operand) {
        case (.equal, .text(let text)), (.notEqual, .text(let text)), (.like, .text(let text)),
            (.ilike, .text(let text)):
            return .text(field, try SearchProblem.comparison(clause), text)
        case (.isIn, .texts(let texts)) where allowsLists: return .anyOf(field, texts)
        case (.isNotIn, .texts(let texts)) where allowsLists: return .noneOf(field, texts)
        case (.equal, _), (.notEqual, _), (.like, _), (.ilike, _):
            throw SearchProblem.needsText(clause)
        default:
            throw SearchProblem.comparison(
                clause,
                allowsLists ? "=, !=, LIKE, ILIKE, IN, NOT IN" : "=, !=, LIKE, ILIKE"
            )
        }
    }

    static func number<Field>(
        _ clause: SearchClause,
        _ field: Field
    ) throws(TrackingError) -> RegistryCondition<Field> {
        switch (clause.comparison, clause.operand) {
        case (.equal, .number(let number)), (.notEqual, .number(let number)), (.less, .number(let number)),
            (.lessOrEqual, .number(let number)), (.greater, .number(let number)),
            (.greaterOrEqual, .number(let number)):
            return .number(field, try SearchProblem.comparison(clause), number)
        case (.like, _), (.ilike, _), (.isIn, _), (.isNotIn, _), (.isNull, _), (.isNotNull, _):
            throw SearchProblem.comparison(clause, "=, !=, <, <=, >, >=")
        default: throw SearchProblem.needsNumber(clause)
        }
    }

    static func sort(_ text: String, _ keys: [String]) throws(TrackingError) -> SearchSort {
        let sort = try SearchGrammar.sort(of: text)
        guard sort.prefix == nil || ["attribute", "attributes", "attr"].contains(sort.prefix), keys.contains(sort.key)
        else {
            throw SearchProblem.unknown(sort.key, "order by key", keys, in: text)
        }
        return sort
    }
}
