package import MartletCore

/// One step of cleaning; steps run in the order written, after the rules about rows.
package enum CleaningStep: DocumentChoice, Sendable, Encodable {
    case dropDuplicates(DropDuplicates)
    case dropOutliers(Outliers)
    case capOutliers(Outliers)
    case mapValues(MapValues)
    case derive(Derive)
    case keepWhere(Where)

    package static var choices: [DocumentChoiceCase<CleaningStep>] {
        [
            DocumentChoiceCase(
                "drop_duplicates",
                DropDuplicates.self,
                "Drop rows that repeat an earlier one of the batch.",
                make: CleaningStep.dropDuplicates
            ),
            DocumentChoiceCase("drop_outliers", Outliers.self, "Drop extreme rows.", make: CleaningStep.dropOutliers),
            DocumentChoiceCase("cap_outliers", Outliers.self, "Pull values to bounds.", make: CleaningStep.capOutliers),
            DocumentChoiceCase("map_values", MapValues.self, "Replace values.", make: CleaningStep.mapValues),
            DocumentChoiceCase("derive", Derive.self, "Compute a column by SQL.", make: CleaningStep.derive),
            DocumentChoiceCase("where", Where.self, "Keep rows for which SQL is true.", make: CleaningStep.keepWhere),
        ]
    }

    /// The step's key with what it is about, for reports.
    package var label: String {
        switch self {
        case .dropDuplicates: "drop_duplicates"
        case .dropOutliers(let step): "drop_outliers(\(step.column.name))"
        case .capOutliers(let step): "cap_outliers(\(step.column.name))"
        case .mapValues(let step): "map_values(\(step.column.name))"
        case .derive(let step): "derive(\(step.column.name))"
        case .keepWhere(let step): "where(\(step.reason))"
        }
    }

    /// Drop rows that repeat an earlier one of the same batch.
    package struct DropDuplicates: DocumentObject, Sendable, Encodable {
        /// The columns compared; `nil` compares the whole raw record, undeclared columns included.
        package let columns: [ColumnReference]?

        package init(from reader: ObjectReader) {
            self.columns = reader.optional(
                "columns",
                [ColumnReference].self,
                "The columns compared; absent, every column of the raw record."
            )
            if self.columns?.isEmpty == true {
                reader.report(.documentInvalidValue, "name at least one column, or leave the key out", at: "columns")
            }
        }
    }

    /// Replace values of a column by others.
    package struct MapValues: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let values: [Replacement]

        /// One value and what stands in its place.
        package struct Replacement: Sendable, Encodable {
            package let from: String
            package let to: DocumentScalar
        }

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "The column.")
            let values = reader.required("values", NamedItems<DocumentScalar>.self, "Old value: new value.")
            self.values = values.entries.map { Replacement(from: $0.name, to: $0.value) }
        }
    }

    /// Compute a column from others by a DuckDB expression.
    package struct Derive: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let type: DataType
        package let sql: String

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "The new column, or one to overwrite.")
            self.type = reader.required("type", DataType.self, "Its type.")
            self.sql = reader.required("sql", String.self, "A DuckDB expression over the source's columns.")
        }
    }

    /// Keep only rows for which a DuckDB expression is true; null is not true.
    package struct Where: DocumentObject, Sendable, Encodable {
        package let sql: String
        package let reason: String

        package init(from reader: ObjectReader) {
            self.sql = reader.required("sql", String.self, "A DuckDB expression over the source's columns.")
            self.reason = reader.required("reason", String.self, "Why the other rows are left out, for the report.")
        }
    }
}
