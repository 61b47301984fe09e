package import MartletCore

/// How the bytes of a source are written.
package enum SourceFormat: DocumentValue, Sendable, Encodable {
    case csv(CSVFormat)
    case parquet
    /// One JSON object a line.
    case jsonLines
    /// One JSON document with a list of records.
    case json(JSONFormat)
    /// XML documents with repeated elements.
    case xml(XMLFormat)

    private struct Keyed: DocumentChoice {
        let format: SourceFormat

        static var choices: [DocumentChoiceCase<Keyed>] {
            [
                DocumentChoiceCase("csv", CSVFormat.self, "Separated values.") { Keyed(format: .csv($0)) },
                DocumentChoiceCase("json", JSONFormat.self, "A JSON document with a list of records.") {
                    Keyed(format: .json($0))
                },
                DocumentChoiceCase("xml", XMLFormat.self, "XML with repeated elements.") { Keyed(format: .xml($0)) },
            ]
        }
    }

    /// A format that needs no options.
    private enum Word: String, DocumentWord {
        case csv
        case parquet
        case jsonLines = "json_lines"
        case json
    }

    package static func read(_ document: Document, in context: DocumentContext) -> SourceFormat {
        guard case .scalar = document.content else { return Keyed.read(document, in: context).format }
        return switch Word.read(document, in: context) {
        case .csv: .csv(CSVFormat.placeholder)
        case .parquet: .parquet
        case .jsonLines: .jsonLines
        case .json: .json(JSONFormat.placeholder)
        }
    }

    package static var placeholder: SourceFormat { .csv(CSVFormat.placeholder) }

    package static var schema: JSONValue { .object(["anyOf": [Word.schema, Keyed.schema]]) }
}

/// Where the records stand in a JSON document.
package struct JSONFormat: DocumentObject, Sendable, Encodable {
    /// A JSON pointer to the list; empty when the document is the list.
    package let records: String

    package init(from reader: ObjectReader) {
        self.records = reader.value(
            "records",
            default: "",
            "JSON pointer to the list of records, such as /data; empty when the document is the list.",
            documentedDefault: ""
        )
        if !self.records.isEmpty, !self.records.hasPrefix("/") {
            reader.report(.documentInvalidValue, "a JSON pointer begins with '/', such as /data", at: "records")
        }
    }
}

/// Where the records stand in an XML document.
///
/// Fields are the elements of a record, by name; `a/b` in 'from' is written as the pointer `/a/b`, an attribute as `@name`.
/// White space around texts is left out.
package struct XMLFormat: DocumentObject, Sendable, Encodable {
    /// The path of the repeated element from the root, such as `/response/body/items/item`.
    package let records: String
    package let encoding: TextEncoding

    /// The character encoding of the document.
    package enum TextEncoding: String, DocumentWord, Sendable, Encodable {
        /// UTF-8 when the bytes are, else CP949: what a document declares of itself is often wrong.
        case automatic = "auto"
        case utf8 = "utf-8"
        case cp949
    }

    package init(from reader: ObjectReader) {
        self.records = reader.required(
            "records",
            String.self,
            "Path of the repeated element from the root, such as /response/body/items/item."
        )
        self.encoding = reader.value(
            "encoding",
            default: .automatic,
            "The character encoding; auto takes UTF-8 when the bytes are, else CP949.",
            documentedDefault: "auto"
        )
        if !self.records.hasPrefix("/") || self.records.hasSuffix("/") {
            reader.report(.documentInvalidValue, "a path begins with '/', such as /items/item", at: "records")
        }
    }
}

/// Whether the bytes are compressed.
package enum Compression: String, DocumentWord, Sendable, Encodable {
    /// By the file's name: `.gz` is gzip.
    case automatic = "auto"
    case gzip
    case none
}
