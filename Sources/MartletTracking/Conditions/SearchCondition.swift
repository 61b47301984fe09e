package import MartletCore

/// How a field is compared in a search.
package enum SearchComparison: String, Sendable, Hashable, CaseIterable {
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

    /// Whether it compares with a pattern.
    package var isPattern: Bool { self == .like || self == .caseInsensitiveLike }

    /// Whether it asks which of two values comes first.
    package var isOrder: Bool { !self.isPattern && self != .equal && self != .notEqual }
}

/// One condition of a search; what lacks the field never meets it, ``missing(_:)`` apart.
///
/// `NaN` meets ``SearchComparison/notEqual`` and no other comparison.
package enum SearchCondition<Field: Sendable & Hashable>: Sendable, Hashable {
    case number(Field, SearchComparison, Double)
    case text(Field, SearchComparison, String)
    case time(Field, SearchComparison, EventTime)
    case anyOf(Field, [String])
    case noneOf(Field, [String])
    case exists(Field)
    case missing(Field)
}

/// One key to sort by; what lacks the field comes last in both directions, after `NaN`.
package struct SearchOrder<Field: Sendable & Hashable>: Sendable, Hashable {
    package var field: Field
    package var isAscending: Bool

    /// Sorts by `field`.
    package init(_ field: Field, ascending: Bool = true) {
        self.field = field
        self.isAscending = ascending
    }
}

/// Bounds of every search.
package enum SearchLimits {
    /// The most items one page may hold.
    package static let page = 50_000

    /// Checks the bounds of a page.
    ///
    /// - Throws: `tracking.invalidValue`.
    package static func check(limit: Int, offset: Int, of items: String) throws(TrackingError) {
        guard (1...Self.page).contains(limit), offset >= 0 else {
            throw TrackingError(
                .invalidTrackingValue,
                "a search asked for \(limit) \(items) from \(offset); the limit is 1 to \(Self.page)"
            )
        }
    }
}
