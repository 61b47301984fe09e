package import MartletCore

extension Expectation {
    /// The columns have a value.
    package struct NotNull: DocumentObject, Sendable, Encodable {
        package let columns: [ColumnReference]
        package let severity: RuleSeverity

        package init(from reader: ObjectReader) {
            self.columns = reader.required("columns", [ColumnReference].self, "The columns.")
            self.severity = RuleSeverity.read(from: reader)
        }
    }

    /// Values lie between bounds, both included; missing values pass.
    package struct Range: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let minimum: DocumentScalar?
        package let maximum: DocumentScalar?
        package let severity: RuleSeverity

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "The column.")
            self.minimum = reader.optional("min", DocumentScalar.self, "The smallest good value.")
            self.maximum = reader.optional("max", DocumentScalar.self, "The largest good value.")
            self.severity = RuleSeverity.read(from: reader)
            if self.minimum == nil, self.maximum == nil {
                reader.report(.documentMissingKey, "a range has 'min', 'max' or both")
            }
        }
    }

    /// Values come from a list; missing values pass.
    package struct Allowed: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let values: [DocumentScalar]
        package let severity: RuleSeverity

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "The column.")
            self.values = reader.required("values", [DocumentScalar].self, "The good values.")
            self.severity = RuleSeverity.read(from: reader)
            if self.values.isEmpty { reader.report(.documentInvalidValue, "name at least one value", at: "values") }
        }
    }

    /// The whole text matches a regular expression (RE2 syntax); missing values pass.
    package struct Pattern: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let regex: String
        package let severity: RuleSeverity

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "The column.")
            self.regex = reader.required("regex", String.self, "The expression the whole text must match.")
            self.severity = RuleSeverity.read(from: reader)
        }
    }

    /// An SQL condition over the declared columns is true; null passes.
    package struct Condition: DocumentObject, Sendable, Encodable {
        package let name: String
        package let sql: String
        package let severity: RuleSeverity

        package init(from reader: ObjectReader) {
            self.name = reader.required("name", String.self, "What the report calls the rule.")
            self.sql = reader.required("sql", String.self, "A DuckDB expression over the source's columns.")
            self.severity = RuleSeverity.read(from: reader)
        }
    }

    /// No two rows share a key, neither in the batch nor with rows of earlier batches; of two, the later one is wrong.
    package struct Unique: DocumentObject, Sendable, Encodable {
        package let columns: [ColumnReference]
        package let within: Scope
        package let severity: RuleSeverity

        /// Where a key must be unique.
        package enum Scope: String, DocumentWord, Sendable, Encodable {
            case table
            case batch
        }

        package init(from reader: ObjectReader) {
            self.columns = reader.required("columns", [ColumnReference].self, "The key.")
            self.within = reader.value(
                "within",
                default: .table,
                "Whether rows of earlier batches count.",
                documentedDefault: "table"
            )
            self.severity = RuleSeverity.read(from: reader)
            if self.columns.isEmpty { reader.report(.documentInvalidValue, "name at least one column", at: "columns") }
        }
    }
}
