package import MartletCore

/// A query of a PostgreSQL database as a source.
package struct PostgresOrigin: DocumentObject, Sendable, Hashable {
    package let url: SecretText
    package let query: String
    package let cursor: String?

    package init(from reader: ObjectReader) {
        self.url = reader.required("url", SecretText.self, "The database's address; write it as ${NAME}.")
        self.query = reader.required("query", String.self, "One SELECT; its columns are the records' fields.")
        self.cursor = reader.optional(
            "cursor",
            String.self,
            "A column of the query that only grows; each load takes the rows beyond the last one loaded."
        )
        if self.query.contains(";") {
            reader.report(.documentInvalidValue, "one SELECT without ';'", at: "query")
        }
    }
}
