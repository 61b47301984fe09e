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
        var seen = Set<Value>()
        for value in rows.lazy.map({ column[$0] }) where !value.isMissing { seen.insert(value) }
        let named = seen.compactMap { value in value.category.map { (name: $0, number: value.number) } }
        let sorted = named.sorted { first, second in
            first.number.isNaN || second.number.isNaN || first.number == second.number
                ? first.name < second.name : first.number < second.number
        }
        self.init(categories: sorted.map(\.name))
    }

    /// The code of `value`, or `NaN`.
    package func code(of value: Value) -> Double { value.category.flatMap { self.codes[$0] } ?? .nan }

    /// The codes of every cell of `column`; each different value is looked up once.
    package func codes(of column: Column) -> [Double] {
        var known: [Value: Double] = [:]
        return (0..<column.count)
            .map { row in
                let value = column[row]
                if value.isMissing { return .nan }
                if let code = known[value] { return code }
                let code = self.code(of: value)
                known[value] = code
                return code
            }
    }
}
