package import MartletCore

/// Turns the categories of one column into codes, by the categories of the training part.
///
/// A category that training did not see, and a missing one, become `NaN`: the trees' own rule for missing decides.
package struct CategoryEncoding: Sendable, Equatable {
    /// The categories; a category's code is its position.
    package let categories: [String]
    private let codes: [String: Double]

    /// Takes categories in the order of their codes.
    package init(categories: [String]) {
        self.categories = categories
        self.codes = Dictionary(
            categories.enumerated().map { ($1, Double($0)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Learns the categories of `column` in `rows`, sorted: numbers by size, text by its characters.
    package init(column: Column, rows: [Int]) {
        var seen: [String: Value] = [:]
        for row in rows where column.isValid(row) {
            let value = column[row]
            if let text = Self.text(of: value) { seen[text] = value }
        }
        let sorted = seen.sorted { first, second in
            let (left, right) = (first.value.number, second.value.number)
            return left.isNaN || right.isNaN || left == right ? first.key < second.key : left < right
        }
        self.init(categories: sorted.map(\.key))
    }

    /// The code of `value`, or `NaN`.
    package func code(of value: Value) -> Double { Self.text(of: value).flatMap { self.codes[$0] } ?? .nan }

    /// The category that `value` names: whole numbers without a fraction, `true` and `false`; `nil` when missing.
    package static func text(of value: Value) -> String? {
        switch value {
        case .null: nil
        case .float64(let number):
            number.isNaN ? nil : Int64(exactly: number).map { String($0) } ?? number.description
        default: value.text
        }
    }
}
