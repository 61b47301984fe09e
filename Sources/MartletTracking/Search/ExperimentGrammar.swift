import MartletCore

extension ExperimentSearch {
    /// Reads the filter and the order of a search over experiments.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found, and the keys there are.
    package init(
        filter: String,
        order: [String],
        lifecycle: Lifecycle?,
        limit: Int,
        offset: Int
    ) throws(TrackingError) {
        var conditions: [ExperimentCondition] = []
        for clause in try SearchGrammar.clauses(of: filter) {
            conditions.append(try ExperimentGrammar.condition(clause))
        }
        var keys: [ExperimentOrder] = []
        for text in order {
            let sort = try RegistryGrammar.sort(text, ExperimentGrammar.attributes)
            keys.append(ExperimentOrder(ExperimentGrammar.field(sort.key), ascending: sort.isAscending))
        }
        self.init(conditions: conditions, lifecycle: lifecycle, order: keys, limit: limit, offset: offset)
    }
}

/// The fields of experiments as filters name them.
enum ExperimentGrammar {
    static let attributes = ["name", "experiment_id", "creation_time", "last_update_time"]

    static func condition(_ clause: SearchClause) throws(TrackingError) -> ExperimentCondition {
        if let key = try RegistryGrammar.tagKey(clause) {
            return try SearchProblem.text(clause, ExperimentField.tag(key), hasNull: true, hasLists: false)
        }
        try RegistryGrammar.checkKey(clause.key, Self.attributes, clause.source)
        let field = Self.field(clause.key)
        switch field {
        case .createdAt, .updatedAt: return try SearchProblem.time(clause, field)
        case .id: return try SearchProblem.text(clause, field, hasNull: false, hasLists: true)
        default: return try SearchProblem.text(clause, field, hasNull: false, hasLists: false)
        }
    }

    /// The field of a key that is one of ``attributes``.
    static func field(_ key: String) -> ExperimentField {
        switch key {
        case "name": .name
        case "experiment_id": .id
        case "creation_time": .createdAt
        default: .updatedAt
        }
    }
}
