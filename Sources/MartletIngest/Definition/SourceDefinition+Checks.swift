import Foundation
package import MartletCore

extension ErrorCode {
    /// A column is named that the source does not declare.
    package static let ingestUnknownColumn = ErrorCode("ingest.unknownColumn")
    /// A rule or a step does not fit the type of its column.
    package static let ingestTypeMismatch = ErrorCode("ingest.typeMismatch")
    /// A source or column has a name it cannot have.
    package static let ingestInvalidName = ErrorCode("ingest.invalidName")
}

extension SourceDefinition {
    func checkNames(_ reader: ObjectReader) {
        let isWord = self.name.wholeMatch(of: #/[a-z][a-z0-9_]*/#) != nil
        if !isWord || self.name.hasPrefix("martlet_") || ["quarantine", "predictions"].contains(self.name) {
            reader.report(
                .ingestInvalidName,
                "a source's name has lower-case letters, digits and underscores, begins with a letter, and is not a "
                    + "table of Martlet (martlet_…, quarantine, predictions)",
                at: "name"
            )
        }
        if self.columns.isEmpty { reader.report(.documentMissingKey, "declare at least one column", at: "columns") }
        var seen: Set<String> = []
        for column in self.columns {
            if column.name.isEmpty || column.name.hasPrefix("_") {
                reader.report(
                    .ingestInvalidName,
                    "column '\(column.name)' cannot begin with '_', which marks columns that Martlet adds; rename it",
                    at: "columns"
                )
            }
            if !seen.insert(column.name.lowercased()).inserted {
                reader.report(
                    .ingestInvalidName,
                    "column '\(column.name)' differs from another only in case; rename one",
                    at: "columns"
                )
            }
        }
        if let zone = self.timezone, zone.wholeMatch(of: #/[A-Za-z0-9_+\-\/]+/#) == nil {
            reader.report(.documentInvalidValue, "a time zone is a name such as Asia/Seoul or UTC", at: "timezone")
        }
    }

    func checkLocation(_ reader: ObjectReader) {
        let location = self.location
        if location.paging?.totalPointer != nil, location.paging?.recordsPointer == nil {
            switch self.format {
            case .json, .xml: break
            case .csv, .parquet, .jsonLines:
                reader.report(
                    .documentInvalidValue,
                    "'total_pointer' counts records of JSON or XML answers; the format is another",
                    at: "location"
                )
            }
        }
        if case .postgres = location.place {
            if case .jsonLines = self.format {
            } else {
                reader.report(.documentInvalidValue, "rows of a query come as json_lines; write so", at: "format")
            }
        }
        if let zone = self.timezone, TimeZone(identifier: zone) == nil, !location.repetitions.isEmpty {
            reader.report(.documentInvalidValue, "there is no time zone '\(zone)'", at: "timezone")
        }
    }

    func checkExpectations(_ reader: ObjectReader) {
        let fields = self.dataFields
        for expectation in self.expectations {
            for reference in expectation.columns { self.check(reference, among: fields, reader, at: "expectations") }
            switch expectation {
            case .range(let rule):
                self.check([rule.minimum, rule.maximum].compactMap(\.self), fit: rule.column, fields, reader)
            case .allowed(let rule):
                self.check(rule.values, fit: rule.column, fields, reader)
            case .pattern(let rule):
                self.require([.string], rule.column, fields, "pattern", reader)
            case .freshness(let rule):
                self.require([.date, .timestamp], rule.column, fields, "freshness", reader)
            case .meanWithin(let rule):
                self.require([.boolean, .int64, .float64], rule.column, fields, "mean_within", reader)
            case .quantilesWithin(let rule):
                self.require([.int64, .float64], rule.column, fields, "quantiles_within", reader)
            case .mixWithin(let rule):
                self.require([.string, .boolean, .int64], rule.column, fields, "mix_within", reader)
            case .notNull, .condition, .unique, .rowCount, .quarantinedShare, .nullShare, .references, .total:
                break
            }
        }
    }

    func checkCleaning(_ reader: ObjectReader) {
        var fields = self.columns.map { Field($0.name, $0.type) }
        for step in self.cleaning {
            switch step {
            case .dropDuplicates(let step):
                for reference in step.columns ?? [] { self.check(reference, among: fields, reader, at: "cleaning") }
            case .dropOutliers(let step), .capOutliers(let step):
                self.check(step.column, among: fields, reader, at: "cleaning")
                self.require([.int64, .float64], step.column, fields, "outliers", reader)
            case .mapValues(let step):
                self.check(step.column, among: fields, reader, at: "cleaning")
                let scalars = step.values.flatMap { [DocumentScalar($0.from), $0.to] }
                self.check(scalars, fit: step.column, fields, reader, at: "cleaning")
            case .derive(let step):
                self.checkDerived(step, fields: &fields, reader)
            case .keepWhere:
                break
            }
        }
    }

    private func checkDerived(_ step: CleaningStep.Derive, fields: inout [Field], _ reader: ObjectReader) {
        let name = step.column.name
        if let field = fields.first(where: { $0.name == name }) {
            if field.type != step.type {
                reader.report(
                    .ingestTypeMismatch,
                    "derive overwrites column '\(name)' of type \(field.type.rawValue) with \(step.type.rawValue); "
                        + "keep the type, or use a new name",
                    at: "cleaning"
                )
            }
        } else if name.isEmpty || name.hasPrefix("_")
            || fields.contains(where: { $0.name.lowercased() == name.lowercased() })
        {
            reader.report(.ingestInvalidName, "a derived column cannot be named '\(name)'; rename it", at: "cleaning")
        } else {
            fields.append(Field(name, step.type))
        }
    }

    private func check(_ reference: ColumnReference, among fields: [Field], _ reader: ObjectReader, at key: String) {
        guard !fields.contains(where: { $0.name == reference.name }) else { return }
        let hint = NearestName.suggestion(reference.name, among: fields.map(\.name))
        reader.report(
            .ingestUnknownColumn,
            "the source has no column '\(reference.name)' (line \(reference.location.line)).\(hint)",
            at: key
        )
    }

    private func check(
        _ scalars: [DocumentScalar],
        fit reference: ColumnReference,
        _ fields: [Field],
        _ reader: ObjectReader,
        at key: String = "expectations"
    ) {
        guard let field = fields.first(where: { $0.name == reference.name }) else { return }
        for scalar in scalars where SourceColumn.literal(scalar, type: field.type) == nil {
            reader.report(
                .ingestTypeMismatch,
                "'\(scalar.text)' is not of type \(field.type.rawValue), which column '\(field.name)' has "
                    + "(line \(reference.location.line))",
                at: key
            )
        }
    }

    private func require(
        _ types: [DataType],
        _ reference: ColumnReference,
        _ fields: [Field],
        _ rule: String,
        _ reader: ObjectReader
    ) {
        guard let field = fields.first(where: { $0.name == reference.name }), !types.contains(field.type) else {
            return
        }
        let wanted = types.map(\.rawValue).joined(separator: " or ")
        reader.report(
            .ingestTypeMismatch,
            "\(rule) needs a column of type \(wanted); '\(field.name)' is \(field.type.rawValue) "
                + "(line \(reference.location.line))"
        )
    }
}
