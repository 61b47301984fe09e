package import MartletCore

/// A rule that the data of a source must keep.
///
/// Rules about single rows send the row to quarantine, or warn, or stop the batch, by their severity; rules about the
/// whole batch always stop it.
package enum Expectation: DocumentChoice, Sendable, Encodable {
    case notNull(NotNull)
    case range(Range)
    case allowed(Allowed)
    case pattern(Pattern)
    case condition(Condition)
    case unique(Unique)
    case rowCount(RowCount)
    case freshness(Freshness)
    case meanWithin(MeanWithin)
    case quarantinedShare(QuarantinedShare)
    case quantilesWithin(QuantilesWithin)
    case nullShare(NullShare)
    case mixWithin(MixWithin)
    case references(References)
    case total(Total)

    package static var choices: [DocumentChoiceCase<Expectation>] {
        [
            DocumentChoiceCase("not_null", NotNull.self, "The columns have a value.", make: Expectation.notNull),
            DocumentChoiceCase(
                "range",
                Range.self,
                "Values lie between bounds, both included.",
                make: Expectation.range
            ),
            DocumentChoiceCase("allowed", Allowed.self, "Values come from a list.", make: Expectation.allowed),
            DocumentChoiceCase(
                "pattern",
                Pattern.self,
                "Text matches a regular expression.",
                make: Expectation.pattern
            ),
            DocumentChoiceCase("condition", Condition.self, "An SQL condition is true.", make: Expectation.condition),
            DocumentChoiceCase("unique", Unique.self, "No two rows share a key.", make: Expectation.unique),
            DocumentChoiceCase("row_count", RowCount.self, "The batch has so many rows.", make: Expectation.rowCount),
            DocumentChoiceCase("freshness", Freshness.self, "The newest time is recent.", make: Expectation.freshness),
            DocumentChoiceCase(
                "mean_within",
                MeanWithin.self,
                "The mean lies near the mean of earlier batches.",
                make: Expectation.meanWithin
            ),
            DocumentChoiceCase(
                "quarantined_share",
                QuarantinedShare.self,
                "At most this share of the rows is quarantined.",
                make: Expectation.quarantinedShare
            ),
            DocumentChoiceCase(
                "quantiles_within",
                QuantilesWithin.self,
                "Quantiles lie near those of earlier batches.",
                make: Expectation.quantilesWithin
            ),
            DocumentChoiceCase("null_share", NullShare.self, "Few values are missing.", make: Expectation.nullShare),
            DocumentChoiceCase(
                "mix_within",
                MixWithin.self,
                "Categories are mixed like those of earlier batches.",
                make: Expectation.mixWithin
            ),
            DocumentChoiceCase(
                "references",
                References.self,
                "A key is found in another source.",
                make: Expectation.references
            ),
            DocumentChoiceCase("total", Total.self, "A total equals one of another table.", make: Expectation.total),
        ]
    }

    /// Every column the rule names.
    package var columns: [ColumnReference] {
        switch self {
        case .notNull(let rule): rule.columns
        case .range(let rule): [rule.column]
        case .allowed(let rule): [rule.column]
        case .pattern(let rule): [rule.column]
        case .unique(let rule): rule.columns
        case .freshness(let rule): [rule.column]
        case .meanWithin(let rule): [rule.column]
        case .quantilesWithin(let rule): [rule.column]
        case .nullShare(let rule): [rule.column]
        case .mixWithin(let rule): [rule.column]
        case .references(let rule): rule.columns
        case .condition, .rowCount, .quarantinedShare, .total: []
        }
    }
}

/// What happens to a row that breaks a rule.
package enum RuleSeverity: String, DocumentWord, Sendable, Encodable {
    /// The row goes to quarantine; the rest of the batch loads.
    case quarantine
    /// The row loads; the report counts it.
    case warn
    /// The whole batch is refused.
    case stop

    static func read(from reader: ObjectReader) -> RuleSeverity {
        reader.value(
            "severity",
            default: .quarantine,
            "What happens to a row that breaks the rule.",
            documentedDefault: "quarantine"
        )
    }
}
