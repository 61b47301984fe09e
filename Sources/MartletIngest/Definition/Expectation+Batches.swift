package import MartletCore

extension Expectation {
    /// The rows that would be loaded are neither too few nor too many.
    package struct RowCount: DocumentObject, Sendable, Encodable {
        package let minimum: Int?
        package let maximum: Int?

        package init(from reader: ObjectReader) {
            self.minimum = reader.optional("min", Int.self, "The fewest rows.")
            self.maximum = reader.optional("max", Int.self, "The most rows.")
            if self.minimum == nil, self.maximum == nil {
                reader.report(.documentMissingKey, "a row count has 'min', 'max' or both")
            }
        }
    }

    /// The newest value of a time column is at most so old when the batch is loaded.
    package struct Freshness: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let maximumAge: TimeSpan

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "A date or timestamp column.")
            self.maximumAge = reader.required("max_age", TimeSpan.self, "The greatest age of the newest value.")
        }
    }

    /// The mean of a column is within a percentage of its mean over the earlier batches; without history it passes.
    package struct MeanWithin: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let percent: Double

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "A numeric column.")
            self.percent = reader.required("percent", Double.self, "The greatest difference, in percent.")
            if self.percent < 0 { reader.report(.documentInvalidValue, "a percentage is not negative", at: "percent") }
        }
    }

    /// At most this share of the rows read goes to quarantine.
    package struct QuarantinedShare: DocumentObject, Sendable, Encodable {
        package let maximum: Double

        package init(from reader: ObjectReader) {
            self.maximum = reader.required("max", Double.self, "The greatest share, from 0 to 1.")
            if !(0...1).contains(self.maximum) {
                reader.report(.documentInvalidValue, "a share lies between 0 and 1; write 0.05 for 5 %", at: "max")
            }
        }
    }
}

extension DocumentScalar: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
