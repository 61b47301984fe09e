package import MartletCore

/// One declared column: its type, and where in the raw record it stands.
package struct SourceColumn: Sendable, Encodable {
    package let name: String
    package let location: SourceLocation
    package let type: DataType
    /// The name in the raw record; `nil` when it is the same as ``name``.
    package let from: String?
    package let format: String?
    package let missing: [String]
    package let thousands: String?
    package let description: String?

    /// What makes the column a different one; not its description.
    private enum CodingKeys: CodingKey {
        case name
        case type
        case from
        case format
        case missing
        case thousands
    }

    /// The name to look for in the raw record.
    package var rawName: String { self.from ?? self.name }

    /// A column that no document declares, for trying a type on raw text.
    package init(name: String, type: DataType, format: String?, missing: [String], thousands: String?) {
        self.name = name
        self.location = SourceLocation(file: "", line: 1, column: 1)
        self.type = type
        self.from = nil
        self.format = format
        self.missing = missing
        self.thousands = thousands
        self.description = nil
    }

    init(_ entry: NamedItems<SourceColumnOptions>.Entry) {
        self.name = entry.name
        self.location = entry.location
        self.type = entry.value.type
        self.from = entry.value.from
        self.format = entry.value.format
        self.missing = entry.value.missing
        self.thousands = entry.value.thousands
        self.description = entry.value.description
    }

    /// The value that `scalar` stands for in a column of this type, or `nil` when it is not of the type.
    package static func literal(_ scalar: DocumentScalar, type: DataType) -> Value? {
        switch type {
        case .boolean: scalar.text == "true" ? .boolean(true) : scalar.text == "false" ? .boolean(false) : nil
        case .int64: Int64(self.digits(scalar)).map(Value.int64) ?? Double(self.digits(scalar)).map(Value.float64)
        case .float64: Double(self.digits(scalar)).map(Value.float64)
        case .string: .string(scalar.text)
        case .date, .timestamp: EventTime(iso8601: scalar.text).map(Value.time)
        }
    }
}

extension SourceColumn {
    /// The text of a number, without the underscores that YAML allows between digits.
    private static func digits(_ scalar: DocumentScalar) -> String { scalar.text.replacing("_", with: "") }
}

/// What a user writes under a column's name: a type alone, or a mapping.
struct SourceColumnOptions: DocumentValue, Sendable {
    let type: DataType
    let from: String?
    let format: String?
    let missing: [String]
    let thousands: String?
    let description: String?

    private struct Mapping: DocumentObject {
        let options: SourceColumnOptions

        init(from reader: ObjectReader) {
            let type = reader.required("type", DataType.self, "The type of the column.")
            let from = reader.optional(
                "from",
                String.self,
                "The column's name in the raw record, or a JSON pointer; without a header its number from 1."
            )
            let format = reader.optional("format", String.self, "How dates are written, such as YYYYMMDD.")
            let missing = reader.value(
                "missing",
                default: [String](),
                "Further texts that stand for a missing value, such as -1."
            )
            let thousands = reader.optional("thousands", String.self, "The thousands separator, such as ','.")
            let description = reader.optional("description", String.self, "What the column means, with its unit.")
            if let format, DatePattern(format) == nil {
                reader.report(.documentInvalidValue, DatePattern.advice, at: "format")
            } else if format != nil, type != .date, type != .timestamp {
                reader.report(.documentInvalidValue, "'format' is for dates and timestamps only", at: "format")
            }
            if let thousands, thousands.count != 1 || "0123456789+-.eE".contains(thousands) {
                reader.report(
                    .documentInvalidValue,
                    "a thousands separator is one character such as ','",
                    at: "thousands"
                )
            }
            self.options = SourceColumnOptions(
                type: type,
                from: from,
                format: format,
                missing: missing,
                thousands: thousands,
                description: description
            )
        }
    }

    static func read(_ document: Document, in context: DocumentContext) -> SourceColumnOptions {
        guard case .scalar = document.content else { return Mapping.read(document, in: context).options }
        return SourceColumnOptions(
            type: DataType.read(document, in: context),
            from: nil,
            format: nil,
            missing: [],
            thousands: nil,
            description: nil
        )
    }

    static var placeholder: SourceColumnOptions { Mapping.placeholder.options }
    static var schema: JSONValue { .object(["anyOf": [DataType.schema, Mapping.schema]]) }
}
