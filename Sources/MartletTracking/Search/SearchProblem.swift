import MartletCore

/// The faults of a search that is grammatical, and the checks that find them.
enum SearchProblem {
    /// A name that is not there, with those that are.
    static func unknown(_ name: String, _ kind: String, _ known: [String], in source: String) -> TrackingError {
        let keys = known.map { "'\($0)'" }.joined(separator: ", ")
        return TrackingError(
            .invalidSearch,
            "Invalid \(kind) '\(name)' specified in '\(source)'. Valid ones are \(keys)."
                + NearestName.suggestion(name, among: known)
        )
    }

    /// A comparison that the field does not have.
    static func comparison(_ clause: SearchClause, _ known: String) -> TrackingError {
        TrackingError(
            .invalidSearch,
            "Invalid comparator '\(clause.comparison.rawValue)' in '\(clause.source)': '\(clause.key)' can be compared "
                + "by \(known)"
        )
    }

    /// A number, or nothing, where text belongs.
    static func needsText(_ clause: SearchClause) -> TrackingError {
        TrackingError(
            .invalidSearch,
            "Expected a quoted string value for '\(clause.key)' (e.g. 'my-value') in '\(clause.source)'"
        )
    }

    /// Text where a number belongs.
    static func needsNumber(_ clause: SearchClause) -> TrackingError {
        TrackingError(
            .invalidSearch,
            "Expected numeric value type for '\(clause.key)' in '\(clause.source)': write a number without quotes"
        )
    }

    /// The clause's comparison as stores know it.
    static func comparison(_ clause: SearchClause) throws(TrackingError) -> SearchComparison {
        guard let comparison = SearchComparison(rawValue: clause.comparison.rawValue) else {
            throw Self.comparison(clause, SearchComparison.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return comparison
    }

    /// A comparison of a number.
    static func number<Field>(_ clause: SearchClause, _ field: Field) throws(TrackingError) -> SearchCondition<Field> {
        try Self.checkNumeric(clause)
        guard case .number(let number) = clause.operand else { throw Self.needsNumber(clause) }
        return .number(field, try Self.comparison(clause), number)
    }

    /// A comparison of a moment, written in milliseconds since 1970.
    static func time<Field>(_ clause: SearchClause, _ field: Field) throws(TrackingError) -> SearchCondition<Field> {
        try Self.checkNumeric(clause)
        guard case .number(let milliseconds) = clause.operand, abs(milliseconds) < 9e15 else {
            throw Self.needsNumber(clause)
        }
        let moment = EventTime(microseconds: Int64((milliseconds * 1_000).rounded()))
        return .time(field, try Self.comparison(clause), moment)
    }

    /// A comparison of text; `hasNull` allows `IS NULL`, `hasLists` allows `IN`.
    static func text<Field>(
        _ clause: SearchClause,
        _ field: Field,
        hasNull: Bool,
        hasLists: Bool
    ) throws(TrackingError) -> SearchCondition<Field> {
        switch (clause.comparison, clause.operand) {
        case (.equal, .text(let text)), (.notEqual, .text(let text)), (.like, .text(let text)),
            (.ilike, .text(let text)):
            return .text(field, try Self.comparison(clause), text)
        case (.isIn, .texts(let texts)) where hasLists: return .anyOf(field, texts)
        case (.isNotIn, .texts(let texts)) where hasLists: return .noneOf(field, texts)
        case (.isIn, _) where hasLists, (.isNotIn, _) where hasLists: throw Self.needsText(clause)
        case (.isNull, _) where hasNull: return .missing(field)
        case (.isNotNull, _) where hasNull: return .exists(field)
        case (.equal, _), (.notEqual, _), (.like, _), (.ilike, _): throw Self.needsText(clause)
        default:
            let known = "=, !=, LIKE, ILIKE" + (hasLists ? ", IN, NOT IN" : "") + (hasNull ? ", IS NULL" : "")
            throw Self.comparison(clause, known)
        }
    }

    private static func checkNumeric(_ clause: SearchClause) throws(TrackingError) {
        switch clause.comparison {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return
        default: throw Self.comparison(clause, "=, !=, <, <=, >, >=")
        }
    }
}
