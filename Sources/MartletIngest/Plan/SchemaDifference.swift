/// The fields of a source's raw records, with the kind of value where the format tells it.
package struct RecordSchema: Codable, Sendable, Hashable {
    /// The kind by field; an empty text where the format tells none, as CSV.
    package let fields: [String: String]

    /// Names fields.
    package init(fields: [String: String]) { self.fields = fields }

    /// Finds what is different in `later`.
    ///
    /// - Parameters:
    ///   - later: the schema that came.
    ///   - columnOfField: the declared column that reads a field.
    ///   - isSparse: whether a record may lack a field, as in JSON; then only fields that a column reads are missed.
    /// - Returns: the differences, in the order of names.
    package func differences(
        to later: RecordSchema,
        columnOfField: [String: String],
        isSparse: Bool
    ) -> [SchemaDifference] {
        let names = Set(self.fields.keys).union(later.fields.keys)
        return names.sorted()
            .compactMap { name in
                let column = columnOfField[name]
                switch (self.fields[name], later.fields[name]) {
                case (nil, .some(let kind)):
                    return SchemaDifference(change: .added, field: name, detail: kind, column: column)
                case (.some(let kind), nil):
                    guard !isSparse || column != nil else { return nil }
                    return SchemaDifference(change: .removed, field: name, detail: kind, column: column)
                case (.some(let before), .some(let after)) where before != after:
                    // A field that was only ever null has no kind yet.
                    guard !before.isEmpty, !after.isEmpty, before != "null", after != "null" else { return nil }
                    return SchemaDifference(
                        change: .retyped,
                        field: name,
                        detail: "\(before) → \(after)",
                        column: column
                    )
                default: return nil
                }
            }
    }
}

/// One difference between the raw records that are accepted and those that came.
package struct SchemaDifference: Codable, Sendable, Hashable {
    /// What happened to a field.
    package enum Change: String, Codable, Sendable {
        case added
        case removed
        case retyped
    }

    package let change: Change
    package let field: String
    /// Its kind of value, or both kinds.
    package let detail: String
    /// The declared column that reads the field.
    package let column: String?

    /// One line as of a diff: `+ name`, `- name`, `~ name: number → text`.
    package var line: String {
        let mark = self.change == .added ? "+" : self.change == .removed ? "-" : "~"
        let kind = self.detail.isEmpty ? "" : ": \(self.detail)"
        let reader = self.column.map { " (read by column '\($0)')" } ?? ""
        return "\(mark) \(self.field)\(kind)\(reader)"
    }
}
