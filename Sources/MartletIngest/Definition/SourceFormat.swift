package import MartletCore

/// How the bytes of a source are written.
package enum SourceFormat: DocumentValue, Sendable, Encodable {
    case csv(CSVFormat)
    case parquet
    /// One JSON object a line.
    case jsonLines
    /// One JSON document with a list of records.
    case json(JSONFormat)

    private struct Keyed: DocumentChoice {
        let format: SourceFormat

        static var choices: [DocumentChoiceCase<Keyed>] {
            [
                DocumentChoiceCase("csv", CSVFormat.self, "Separated values.") { Keyed(format: .csv($0)) },
                DocumentChoiceCase("json", JSONFormat.self, "A JSON document with a list of records.") {
                    Keyed(format: .json($0))
                },
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

/// Whether the bytes are compressed.
package enum Compression: String, DocumentWord, Sendable, Encodable {
    /// By the file's name: `.gz` is gzip.
    case automatic = "auto"
    case gzip
    case none
}
