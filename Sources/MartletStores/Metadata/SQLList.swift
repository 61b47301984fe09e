/// A list of numbers for `IN (…)`, of few different lengths so that the statements stay prepared.
struct SQLList: Sendable {
    /// As many `?` as there are arguments.
    let placeholders: String
    /// The numbers, the last one repeated to fill the list.
    let arguments: [(any SQLBindable)?]

    private static let lengths = [1, 8, 100, 500]

    /// `numbers` cut into lists.
    static func pages(of numbers: [Int64]) -> [SQLList] {
        var pages: [SQLList] = []
        var rest = numbers[...]
        while let last = rest.last {
            let length = Self.lengths.first { $0 >= rest.count } ?? Self.lengths[Self.lengths.count - 1]
            var page = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            page += Array(repeating: last, count: length - page.count)
            let placeholders = Array(repeating: "?", count: length).joined(separator: ", ")
            pages.append(SQLList(placeholders: placeholders, arguments: page))
        }
        return pages
    }
}
