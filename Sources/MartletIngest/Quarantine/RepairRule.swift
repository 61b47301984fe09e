package import MartletCore

/// How the raw text of one column is put right in quarantined rows.
package struct RepairRule: DocumentObject, Sendable, Hashable {
    package let rule: String?
    package let column: String
    package let from: String?
    package let to: String?
    package let sql: String?

    package init(from reader: ObjectReader) {
        self.rule = reader.optional("rule", String.self, "Only rows that broke this rule.")
        self.column = reader.required("column", String.self, "The source's column whose raw text is changed.")
        self.from = reader.optional("from", DocumentScalar.self, "Only rows with exactly this raw text.")?.text
        self.to = reader.optional("to", DocumentScalar.self, "The new raw text; empty for a missing value.")?.text
        self.sql = reader.optional(
            "sql",
            String.self,
            "A DuckDB expression for the new raw text; 'value' is the old one."
        )
        if (self.to == nil) == (self.sql == nil) {
            reader.report(.documentInvalidValue, "a repair has exactly one of 'to' and 'sql'")
        }
    }

    /// A repair that a command line describes.
    package init(rule: String?, column: String, from: String?, to: String?, sql: String?) {
        self.rule = rule
        self.column = column
        self.from = from
        self.to = to
        self.sql = sql
    }
}

/// A file of repairs, tried in the order written; each works on what the ones before it left.
package struct RepairFile: DocumentObject, Sendable {
    package let repairs: [RepairRule]

    package init(from reader: ObjectReader) {
        self.repairs = reader.required("repairs", [RepairRule].self, "The repairs, in order.")
    }
}
