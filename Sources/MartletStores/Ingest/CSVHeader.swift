package import MartletCore
import MartletIngest

extension ErrorCode {
    /// The raw file lacks a declared column.
    package static let ingestMissingColumn = ErrorCode("ingest.missingColumn")
}

/// The names in the first line of a file of separated values.
struct CSVHeader: Hashable {
    let names: [String]

    /// Splits `line` by the dialect; an empty name becomes `column_N`, a repeated one gets a number.
    init(line: String, format: CSVFormat) {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var characters = line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line[...]
        while let character = characters.popFirst() {
            let text = String(character)
            if text == format.quote, !format.quote.isEmpty {
                if isQuoted, characters.first == character {
                    field.append(character)
                    characters.removeFirst()
                } else {
                    isQuoted.toggle()
                }
            } else if text == format.delimiter, !isQuoted {
                fields.append(field)
                field = ""
            } else if !character.isNewline || isQuoted {
                field.append(character)
            }
        }
        fields.append(field)
        var seen: Set<String> = []
        self.names = fields.enumerated()
            .map { index, field in
                let trimmed = field.trimmingWhitespace
                var name = trimmed.isEmpty ? "column_\(index + 1)" : trimmed
                if seen.contains(name) { name += "_\(index + 1)" }
                seen.insert(name)
                return name
            }
    }

    /// Takes names that come from elsewhere, such as a Parquet file.
    init(names: [String]) { self.names = names }

    /// Finds every declared column, or throws an error that names all that are missing.
    func layout(for definition: SourceDefinition, origin: String) throws -> RawRecordLayout {
        var positions: [Int] = []
        var missing: [String] = []
        for column in definition.columns {
            if let index = self.names.firstIndex(of: column.rawName) {
                positions.append(index)
            } else {
                let hint = NearestName.suggestion(column.rawName, among: self.names)
                missing.append("'\(column.rawName)' (column '\(column.name)').\(hint)")
            }
        }
        guard missing.isEmpty else {
            let known = self.names.prefix(40).joined(separator: ", ")
            throw IngestError(
                .ingestMissingColumn,
                "'\(origin)' lacks the column \(missing.joined(separator: " Nor has it ")) It has: \(known). "
                    + "Correct 'from' in source '\(definition.name)'"
            )
        }
        let used = Set(positions)
        return RawRecordLayout(
            fieldNames: self.names,
            fieldOfColumn: positions,
            undeclared: self.names.indices.filter { !used.contains($0) }.map { self.names[$0] },
            hasRecord: false
        )
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
