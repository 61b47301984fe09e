package import MartletCore

extension CleaningStep {
    /// Bounds beyond which a value is an outlier: fixed ones, or by the interquartile range of the batch.
    package struct Outliers: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let method: Method
        package let factor: Double
        package let minimum: Double?
        package let maximum: Double?

        /// How bounds are found.
        package enum Method: String, DocumentWord, Sendable, Encodable {
            /// `factor` interquartile ranges below the first and above the third quartile.
            case iqr
            /// `min` and `max` as written.
            case bounds
        }

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "A numeric column.")
            self.method = reader.value("method", default: .iqr, "How bounds are found.", documentedDefault: "iqr")
            self.factor = reader.value("factor", default: 1.5, "Interquartile ranges.", documentedDefault: 1.5)
            self.minimum = reader.optional("min", Double.self, "The lower bound of method bounds.")
            self.maximum = reader.optional("max", Double.self, "The upper bound of method bounds.")
            if self.method == .bounds, self.minimum == nil, self.maximum == nil {
                reader.report(.documentMissingKey, "method 'bounds' needs 'min', 'max' or both")
            }
            if self.method == .iqr, self.minimum != nil || self.maximum != nil {
                reader.report(.documentInvalidValue, "'min' and 'max' need 'method: bounds'", at: "method")
            }
            if self.factor <= 0 { reader.report(.documentInvalidValue, "the factor is above 0", at: "factor") }
        }
    }
}
