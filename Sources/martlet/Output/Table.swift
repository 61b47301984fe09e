import MartletCore

/// Rows of text in aligned columns, or the same rows as JSON.
///
/// Column keys are part of the command line's promise: scripts read them from `--json`.
struct Table {
    /// How a column is placed.
    enum Alignment { case left, right }

    /// One column: its stable key in JSON and its heading in the table.
    struct TableColumn {
        let key: String
        let heading: String
        let alignment: Alignment

        init(_ key: String, _ heading: String? = nil, _ alignment: Alignment = .left) {
            self.key = key
            self.heading = heading ?? key.replacing("_", with: " ")
            self.alignment = alignment
        }
    }

    /// One cell: what a person reads and what a script reads.
    struct Cell {
        let text: String
        let json: JSONValue

        init(_ text: String, json: JSONValue) {
            self.text = text
            self.json = json
        }

        static func text(_ value: String?) -> Cell { Cell(value ?? "", json: value.map { .string($0) } ?? .null) }
        static func count(_ value: Int?) -> Cell {
            Cell(value.map { Quantity.count($0) } ?? "", json: value.map { .integer(Int64($0)) } ?? .null)
        }
        static func number(_ value: Double?) -> Cell {
            Cell(value.map { Quantity.number($0) } ?? "", json: value.map { .number($0) } ?? .null)
        }
        static func seconds(_ value: Double?) -> Cell {
            Cell(value.map { Quantity.duration($0) } ?? "", json: value.map { .number($0) } ?? .null)
        }
        static func flag(_ value: Bool) -> Cell { Cell(value ? "yes" : "no", json: .boolean(value)) }
        static func time(_ value: EventTime?) -> Cell {
            Cell(value.map { Quantity.moment($0) } ?? "", json: value.map { .string($0.description) } ?? .null)
        }
        static func value(_ value: Value) -> Cell {
            if case .float64(let number) = value { return Cell.number(number.isNaN ? nil : number) }
            return Cell(value.text, json: value.json)
        }
    }

    let columns: [TableColumn]
    private(set) var rows: [[Cell]] = []

    init(_ columns: [TableColumn]) { self.columns = columns }

    /// Adds a row.
    ///
    /// - Precondition: one cell for each column.
    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == self.columns.count, "one cell for each column")
        self.rows.append(cells)
    }

    /// The table as lines, each column as wide as its widest cell but, except the last, at most 60 columns.
    func lines(style: Style) -> [String] {
        let widths = self.columns.indices.map { index in
            let widest = self.rows.map { DisplayWidth.of($0[index].text) }.max() ?? 0
            return index == self.columns.count - 1 ? widest : min(60, widest)
        }
        let padded = zip(widths, self.columns).map { max($0, DisplayWidth.of($1.heading)) }
        let heading = self.columns.indices.map { self.place(self.columns[$0].heading, $0, padded[$0]) }
        let body = self.rows.map { row in
            row.indices.map { self.place(DisplayWidth.cut(row[$0].text, to: padded[$0]), $0, padded[$0]) }
                .joined(separator: "  ").trimmedAtEnd
        }
        return [style.dim(heading.joined(separator: "  ").trimmedAtEnd)] + body
    }

    /// The rows as a JSON array of objects.
    var json: JSONValue {
        .array(
            self.rows.map { row in
                .object(Dictionary(zip(self.columns.map(\.key), row.map(\.json))) { first, _ in first })
            }
        )
    }

    private func place(_ text: String, _ column: Int, _ width: Int) -> String {
        let spaces = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
        return self.columns[column].alignment == .left ? text + spaces : spaces + text
    }
}

extension String {
    /// The text without spaces at its end.
    fileprivate var trimmedAtEnd: String {
        var end = self.endIndex
        while end > self.startIndex, self[self.index(before: end)] == " " { end = self.index(before: end) }
        return String(self[..<end])
    }
}
