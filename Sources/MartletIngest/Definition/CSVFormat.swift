package import MartletCore

/// The dialect of a file of separated values.
package struct CSVFormat: DocumentObject, Sendable, Encodable {
    /// The character encoding of the file.
    package enum TextEncoding: String, DocumentWord, Sendable, Encodable {
        case utf8 = "utf-8"
        /// Windows code page 949, a superset of EUC-KR.
        case cp949
    }

    package let delimiter: String
    package let quote: String
    package let hasHeader: Bool
    package let encoding: TextEncoding
    package let dateFormat: String?
    package let thousands: String?
    package let missing: [String]

    /// A plain dialect: quote `"`, no date format, no thousands separator, no missing markers.
    ///
    /// - Parameters:
    ///   - delimiter: one ASCII character.
    ///   - hasHeader: whether the first line names the columns.
    ///   - encoding: the character encoding.
    package init(delimiter: String, hasHeader: Bool, encoding: TextEncoding) {
        self.delimiter = delimiter
        self.quote = "\""
        self.hasHeader = hasHeader
        self.encoding = encoding
        self.dateFormat = nil
        self.thousands = nil
        self.missing = []
    }

    package init(from reader: ObjectReader) {
        let delimiter = reader.value("delimiter", default: ",", "One character, or 'tab'.", documentedDefault: ",")
        self.delimiter = delimiter == "tab" || delimiter == "\\t" ? "\t" : delimiter
        self.quote = reader.value(
            "quote",
            default: "\"",
            "The quote character; written twice it stands for itself. Empty: no quoting.",
            documentedDefault: "\""
        )
        self.hasHeader = reader.value(
            "header",
            default: true,
            "Whether the first line names the columns; without it 'from' counts columns from 1.",
            documentedDefault: true
        )
        self.encoding = reader.value(
            "encoding",
            default: .utf8,
            "The character encoding.",
            documentedDefault: "utf-8"
        )
        self.dateFormat = reader.optional(
            "date_format",
            String.self,
            "How dates are written, such as YYYYMMDD or YYYY-MM-DD HH:mm:ss; a column's own format comes first."
        )
        self.thousands = reader.optional("thousands", String.self, "The thousands separator of numbers, such as ','.")
        self.missing = reader.value(
            "missing",
            default: [String](),
            "Texts that stand for a missing value in every column; an empty cell always does."
        )
        if self.delimiter.utf8.count != 1 {
            reader.report(.documentInvalidValue, "the delimiter is one ASCII character, or 'tab'", at: "delimiter")
        }
        if self.quote.utf8.count > 1 || self.quote == self.delimiter {
            reader.report(.documentInvalidValue, "the quote is one ASCII character, not the delimiter", at: "quote")
        }
        if let pattern = self.dateFormat, DatePattern(pattern) == nil {
            reader.report(.documentInvalidValue, DatePattern.advice, at: "date_format")
        }
        if let thousands = self.thousands, thousands.count != 1 || "0123456789+-.eE".contains(thousands) {
            reader.report(.documentInvalidValue, "a thousands separator is one character such as ','", at: "thousands")
        }
    }
}
