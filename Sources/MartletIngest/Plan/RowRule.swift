package import MartletCore

/// A rule about single rows, ready to be carried out by a warehouse.
package struct RowRule: Sendable, Hashable {
    /// What must hold.
    package enum Check: Sendable, Hashable {
        case notNull
        /// Between the bounds, both included.
        case range(Value?, Value?)
        case allowed([Value])
        /// The whole text matches a regular expression in RE2 syntax.
        case pattern(String)
        /// A condition in the warehouse's SQL.
        case condition(String)
        /// A key that no earlier row has, in the batch and, when asked, in the table.
        case unique([String], inTable: Bool)
        /// A key of this source that stands in the columns of another source's table.
        case references([String], source: String, targets: [String])
    }

    /// The rule's name in reports and in quarantine.
    package let name: String
    /// The column it is about; `nil` for a condition and for a key of several columns.
    package let column: String?
    package let check: Check
    package let severity: RuleSeverity
    /// Whether the rule waits for cleaning: keys do, so that dropped duplicates do not break them, and rules about
    /// derived columns.
    package let isAfterCleaning: Bool
}

extension SourceDefinition {
    /// The rules about rows, one for each column they name, in the order written.
    package var rowRules: [RowRule] {
        let types = Dictionary(self.dataFields.map { ($0.name, $0.type) }) { first, _ in first }
        let derived = self.derivedNames
        func rule(_ name: String, _ column: String, _ check: RowRule.Check, _ severity: RuleSeverity) -> RowRule {
            RowRule(
                name: name,
                column: column,
                check: check,
                severity: severity,
                isAfterCleaning: derived.contains(column)
            )
        }
        func literal(_ scalar: DocumentScalar, _ column: String) -> Value? {
            SourceColumn.literal(scalar, type: types[column] ?? .string)
        }
        return self.expectations.flatMap { expectation -> [RowRule] in
            switch expectation {
            case .notNull(let not):
                return not.columns.map { rule("not_null", $0.name, .notNull, not.severity) }
            case .range(let range):
                let column = range.column.name
                let minimum = range.minimum.flatMap { literal($0, column) }
                let maximum = range.maximum.flatMap { literal($0, column) }
                return [rule("range", column, .range(minimum, maximum), range.severity)]
            case .allowed(let allowed):
                let column = allowed.column.name
                return [
                    rule(
                        "allowed",
                        column,
                        .allowed(allowed.values.compactMap { literal($0, column) }),
                        allowed.severity
                    )
                ]
            case .pattern(let pattern):
                return [rule("pattern", pattern.column.name, .pattern(pattern.regex), pattern.severity)]
            case .condition(let condition):
                return [
                    RowRule(
                        name: condition.name,
                        column: nil,
                        check: .condition(condition.sql),
                        severity: condition.severity,
                        isAfterCleaning: derived.contains { condition.sql.contains($0) }
                    )
                ]
            case .unique(let unique):
                let names = unique.columns.map(\.name)
                return [
                    RowRule(
                        name: "unique",
                        column: names.count == 1 ? names[0] : nil,
                        check: .unique(names, inTable: unique.within == .table),
                        severity: unique.severity,
                        isAfterCleaning: true
                    )
                ]
            case .references(let references):
                let names = references.columns.map(\.name)
                return [
                    RowRule(
                        name: "references \(references.source)",
                        column: names.count == 1 ? names[0] : nil,
                        check: .references(names, source: references.source, targets: references.targetNames),
                        severity: references.severity,
                        isAfterCleaning: names.contains(where: derived.contains)
                    )
                ]
            case .rowCount, .freshness, .meanWithin, .quarantinedShare, .quantilesWithin, .nullShare, .mixWithin,
                .total:
                return []
            }
        }
    }
}
