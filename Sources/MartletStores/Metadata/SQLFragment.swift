import MartletTracking

/// A piece of a statement with the arguments of its placeholders.
struct SQLFragment: Sendable {
    var sql: String
    var arguments: [(any SQLBindable)?]

    init(_ sql: String, _ arguments: [(any SQLBindable)?] = []) {
        self.sql = sql
        self.arguments = arguments
    }

    static func + (lhs: SQLFragment, rhs: SQLFragment) -> SQLFragment {
        SQLFragment(lhs.sql + rhs.sql, lhs.arguments + rhs.arguments)
    }

    /// All of `terms`, which is true when there is none.
    static func all(_ terms: [SQLFragment]) -> SQLFragment {
        guard !terms.isEmpty else { return SQLFragment("1 = 1") }
        return SQLFragment(terms.map(\.sql).joined(separator: " AND "), terms.flatMap(\.arguments))
    }

    /// Whether `column` is one of `values`, or none of them.
    static func list(_ column: String, _ values: [some SQLBindable], isAnyOf: Bool = true) -> SQLFragment {
        guard !values.isEmpty else { return SQLFragment(isAnyOf ? "1 = 0" : "\(column) IS NOT NULL") }
        let placeholders = values.map { _ in "?" }.joined(separator: ", ")
        return SQLFragment("\(column) \(isAnyOf ? "IN" : "NOT IN") (\(placeholders))", values)
    }

    /// Whether the text in `column` compares with `text`.
    ///
    /// Returns `nil` for a comparison by order, which texts do not have.
    static func text(
        _ column: String,
        _ comparison: SearchComparison,
        _ text: String,
        _ dialect: SQLDialect
    ) -> SQLFragment? {
        switch (comparison, dialect) {
        case (.equal, _), (.notEqual, _): SQLFragment("\(column) \(comparison.rawValue) ?", [text])
        case (.like, .sqlite): SQLFragment("\(column) GLOB ?", [Self.globPattern(text)])
        case (.caseInsensitiveLike, .sqlite): SQLFragment("\(column) LIKE ?", [text])
        case (.like, .postgres), (.caseInsensitiveLike, .postgres):
            SQLFragment("\(column) \(comparison.rawValue) ? ESCAPE ''", [text])
        case (.less, _), (.lessOrEqual, _), (.greater, _), (.greaterOrEqual, _): nil
        }
    }

    /// Whether the number in `column` compares with `number`, where `isNaN` says that it is `NaN` instead.
    ///
    /// Returns `nil` for a pattern.
    static func number(
        _ column: String,
        isNaN: String,
        _ comparison: SearchComparison,
        _ number: Double
    ) -> SQLFragment? {
        if comparison.isPattern { return nil }
        // No database compares NaN as numbers do; a condition with it is met by all or by none.
        if number.isNaN { return SQLFragment(comparison == .notEqual ? "1 = 1" : "1 = 0") }
        return comparison == .notEqual
            ? SQLFragment("(\(isNaN) = 1 OR \(column) != ?)", [number])
            : SQLFragment("\(isNaN) = 0 AND \(column) \(comparison.rawValue) ?", [number])
    }

    /// A `LIKE` pattern as `GLOB`, which minds case: `%` is `*`, `_` is `?`, what `GLOB` would read is bracketed.
    static func globPattern(_ pattern: String) -> String {
        var glob = ""
        for character in pattern {
            switch character {
            case "%": glob += "*"
            case "_": glob += "?"
            case "*", "?", "[": glob += "[\(character)]"
            default: glob.append(character)
            }
        }
        return glob
    }

    /// The beginning of a text that indexes of texts hold.
    static func prefix(of text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.indexedLength)))
    }

    /// How many characters of a text the indexes hold.
    static let indexedLength = 64
}

/// Prints a comparison that does not fit its field as an error.
enum SearchMisfit {
    static func error(_ field: some Sendable, _ what: String) -> TrackingError {
        TrackingError(.invalidTrackingValue, "the field \(field) cannot be compared with \(what)")
    }
}
