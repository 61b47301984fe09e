/// A list of values for `IN (…)`, of few different lengths so that the statements stay prepared.
struct SQLList: Sendable {
    /// As many `?` as there are arguments.
    let placeholders: String
    /// The values, the last one repeated to fill the list.
    let arguments: [(any SQLBindable)?]

    private static let lengths = [1, 8, 100, 500]

    /// `values` cut into lists.
    static func pages(of values: [some SQLBindable]) -> [SQLList] {
        var pages: [SQLList] = []
        var rest = values[...]
        while let last = rest.last {
            let length = Self.lengths.first { $0 >= rest.count } ?? Self.lengths[Self.lengths.count - 1]
            let page = rest.prefix(length)
            rest = rest.dropFirst(length)
            let arguments: [(any SQLBindable)?] = page + Array(repeating: last, count: length - page.count)
            let placeholders = Array(repeating: "?", count: length).joined(separator: ", ")
            pages.append(SQLList(placeholders: placeholders, arguments: arguments))
        }
        return pages
    }
}
