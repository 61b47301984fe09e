package import MartletCore

extension Expectation {
    /// Which earlier batches a batch is held against.
    package struct History: Sendable, Hashable, Encodable {
        package let batches: Int
        package let minimumRows: Int

        init(from reader: ObjectReader) {
            self.batches = reader.value(
                "history",
                default: 30,
                "How many of the latest accepted batches make up the history.",
                documentedDefault: 30
            )
            self.minimumRows = reader.value(
                "min_rows",
                default: 30,
                "With fewer rows in the batch or in the history the rule is not asked.",
                documentedDefault: 30
            )
            if self.batches < 1 { reader.report(.documentInvalidValue, "at least one batch", at: "history") }
            if self.minimumRows < 1 { reader.report(.documentInvalidValue, "at least one row", at: "min_rows") }
        }
    }

    /// Quantiles of a column lie near those of earlier batches.
    package struct QuantilesWithin: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let quantiles: [Double]
        package let percent: Double
        package let history: History

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "A numeric column.")
            self.quantiles = reader.value(
                "quantiles",
                default: [0.1, 0.5, 0.9],
                "Which quantiles, between 0 and 1.",
                documentedDefault: [.number(0.1), .number(0.5), .number(0.9)]
            )
            self.percent = reader.required("percent", Double.self, "The greatest difference of each, in percent.")
            self.history = History(from: reader)
            if self.quantiles.isEmpty || !self.quantiles.allSatisfy({ (0...1).contains($0) }) {
                reader.report(.documentInvalidValue, "quantiles lie between 0 and 1, such as 0.5", at: "quantiles")
            }
            if self.percent < 0 { reader.report(.documentInvalidValue, "a percentage is not negative", at: "percent") }
        }
    }

    /// The share of missing values is low, or near that of earlier batches.
    package struct NullShare: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let maximum: Double?
        package let within: Double?
        package let history: History

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "The column.")
            self.maximum = reader.optional("max", Double.self, "The greatest share, from 0 to 1.")
            self.within = reader.optional(
                "within",
                Double.self,
                "The greatest difference to the share of earlier batches; 0.05 allows 2 % to become 7 %."
            )
            self.history = History(from: reader)
            if self.maximum == nil, self.within == nil {
                reader.report(.documentMissingKey, "a null share has 'max', 'within' or both")
            }
            for (key, share) in [("max", self.maximum), ("within", self.within)] {
                if let share, !(0...1).contains(share) {
                    reader.report(.documentInvalidValue, "a share lies between 0 and 1; write 0.05 for 5 %", at: key)
                }
            }
        }
    }

    /// The categories of a column are mixed like those of earlier batches.
    ///
    /// Measured by the total variation distance, half the sum of the differences of the shares: the part of the rows that
    /// would have to have another category.
    package struct MixWithin: DocumentObject, Sendable, Encodable {
        package let column: ColumnReference
        package let maximum: Double
        package let history: History

        package init(from reader: ObjectReader) {
            self.column = reader.required("column", ColumnReference.self, "A column of categories.")
            self.maximum = reader.required(
                "max",
                Double.self,
                "The greatest share of rows that may have moved to another category, from 0 to 1."
            )
            self.history = History(from: reader)
            if !(0...1).contains(self.maximum) {
                reader.report(.documentInvalidValue, "a share lies between 0 and 1; write 0.1 for 10 %", at: "max")
            }
        }
    }
}
