package import MartletCore

/// A column named in a source file, with the place where the name stands.
package struct ColumnReference: DocumentValue, Sendable, Hashable, Encodable {
    package let name: String
    package let location: SourceLocation

    /// Names a column at a place.
    package init(_ name: String, at location: SourceLocation) {
        self.name = name
        self.location = location
    }

    package static func read(_ document: Document, in context: DocumentContext) -> ColumnReference {
        ColumnReference(String.read(document, in: context), at: document.location)
    }

    package static var placeholder: ColumnReference {
        ColumnReference("", at: SourceLocation(file: "", line: 1, column: 1))
    }

    package static var schema: JSONValue { String.schema }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.name)
    }
}
