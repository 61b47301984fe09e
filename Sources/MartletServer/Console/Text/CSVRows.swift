/// Reads comma- or tab-separated text for a preview: quotes are honoured, and reading stops at a limit.
enum CSVRows {
    /// The first rows of `text`, at most `limit`; a row that the end of a cut text breaks is left out.
    static func read(_ text: String, separator: Character, limit: Int, isCut: Bool) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var index = text.startIndex
        while index < text.endIndex, rows.count < limit {
            let character = text[index]
            let next = text.index(after: index)
            if isQuoted {
                if character == "\"", next < text.endIndex, text[next] == "\"" {
                    cell.append("\"")
                    index = text.index(after: next)
                    continue
                }
                if character == "\"" { isQuoted = false } else { cell.append(character) }
            } else if character == "\"", cell.isEmpty {
                isQuoted = true
            } else if character == separator {
                row.append(cell)
                cell = ""
            } else if character.isNewline {
                row.append(cell)
                if row != [""] { rows.append(row) }
                (row, cell) = ([], "")
            } else {
                cell.append(character)
            }
            index = next
        }
        let hasRest = !cell.isEmpty || !row.isEmpty
        if rows.count < limit, !isCut, hasRest { rows.append(row + [cell]) }
        return rows
    }
}
