import MartletCore
import MartletMonitoring
import MartletStatistics
import MartletTracking

/// A drift report as a person reads it, and as a script does.
struct DriftView {
    let report: DriftReport
    let endpoint: String
    let version: ModelVersionID
    let window: MonitoringWindow

    /// The report as JSON with stable keys.
    var json: JSONValue {
        .object([
            "endpoint": .string(self.endpoint), "version": .string(self.version.description),
            "from": .string(self.window.from.description), "to": .string(self.window.to.description),
            "rows": .integer(Int64(self.report.rowCount)),
            "reference_rows": .integer(Int64(self.report.referenceRowCount)),
            "measure": .string(self.report.rules.measure.rawValue),
            "threshold": .number(self.report.rules.threshold(of: self.report.rules.measure)),
            "verdict": .string(self.report.verdict.rawValue),
            "columns": .array(self.report.columns.map(self.json)), "prediction": self.json(self.report.prediction),
            "multivariate": self.report.multivariate.map(Self.json) ?? .null,
            "attribution": self.report.attribution.map(Self.json) ?? .null,
        ])
    }

    /// Prints the columns, then what concerns rows as a whole.
    func show(on terminal: Terminal) {
        let report = self.report
        terminal.line(
            "\(self.endpoint): \(Quantity.count(report.rowCount)) predictions of \(self.version) from "
                + "\(Quantity.moment(self.window.from)) to \(Quantity.moment(self.window.to)), against "
                + "\(Quantity.count(report.referenceRowCount)) rows of training"
        )
        terminal.line()
        var table = Table([
            .init("column"), .init("verdict"), .init("psi", nil, .right), .init("bounds"),
            .init("jensen_shannon", "js", .right), .init("wasserstein", "w (sd)", .right),
            .init("kolmogorov_smirnov", "ks", .right), .init("missing", nil, .right), .init("unseen", nil, .right),
            .init("mean"),
        ])
        for column in report.columns + [report.prediction] { table.add(self.cells(column)) }
        terminal.show(table, asJSON: false)
        terminal.line()
        if let whole = report.multivariate {
            let bounds = "\(Self.number(whole.interval.lower)) … \(Self.number(whole.interval.upper))"
            terminal.line(
                "rows as a whole: \(whole.verdict.rawValue); their reconstruction error moved by "
                    + "\(Quantity.number(whole.shift)) standard deviations (\(bounds))"
            )
        }
        if let attribution = report.attribution {
            let moved = attribution.parts.prefix(3)
                .map { "\($0.name) \(Self.percent($0.referenceShare)) → \(Self.percent($0.currentShare))" }
            terminal.line(
                "what predictions are made of: \(attribution.verdict.rawValue); ranking "
                    + "\(Quantity.number(attribution.gain)) of 1; \(moved.joined(separator: ", "))"
            )
        }
        terminal.line("all in all: \(report.verdict.rawValue)")
    }

    private func cells(_ column: ColumnDrift) -> [Table.Cell] {
        let index = column.populationStability
        let bounds = index.map { "\(Quantity.number($0.lower)) … \(Quantity.number($0.upper))" }
        let missing = Self.percent(column.currentMissingShare)
        let means = [column.referenceMean, column.currentMean].map { $0.map { Quantity.number($0) } }
        let mean = means.compactMap(\.self).count == 2 ? means.compactMap(\.self).joined(separator: " → ") : ""
        let unseen = column.unseenCategories.prefix(3).joined(separator: ", ")
        return [
            .text(column.name), .text(column.verdict(self.report.rules).rawValue), .number(index?.value),
            .text(bounds), .number(column.jensenShannon?.value), .number(column.wasserstein?.value),
            .number(column.kolmogorovSmirnov?.value),
            .text(
                column.missingDifference == nil
                    ? "" : "\(Self.percent(column.referenceMissingShare)) → \(missing)"
            ),
            .text(column.unseenShare > 0 ? Self.percent(column.unseenShare) : ""),
            .text(unseen.isEmpty ? mean : "new: \(unseen)"),
        ]
    }

    private func json(_ column: ColumnDrift) -> JSONValue {
        func estimate(_ value: DriftEstimate?) -> JSONValue {
            guard let value else { return .null }
            return .object([
                "value": .number(value.value), "floor": .number(value.floor),
                "standard_error": .number(value.standardError), "lower": .number(value.lower),
                "upper": .number(value.upper),
            ])
        }
        return .object([
            "name": .string(column.name), "kind": .string(column.kind.rawValue),
            "verdict": .string(column.verdict(self.report.rules).rawValue),
            "psi": estimate(column.populationStability), "jensen_shannon": estimate(column.jensenShannon),
            "wasserstein": estimate(column.wasserstein), "kolmogorov_smirnov": estimate(column.kolmogorovSmirnov),
            "reference_missing_share": .number(column.referenceMissingShare),
            "missing_share": .number(column.currentMissingShare),
            "unseen_share": .number(column.unseenShare),
            "unseen_categories": .array(column.unseenCategories.map(JSONValue.string)),
            "reference_mean": column.referenceMean.map(JSONValue.number) ?? .null,
            "mean": column.currentMean.map(JSONValue.number) ?? .null,
        ])
    }

    private static func json(_ drift: MultivariateDrift) -> JSONValue {
        .object([
            "verdict": .string(drift.verdict.rawValue), "reference_error": .number(drift.referenceError),
            "error": .number(drift.currentError), "shift": .number(drift.shift),
            "lower": drift.interval.lower.map(JSONValue.number) ?? .null,
            "upper": drift.interval.upper.map(JSONValue.number) ?? .null,
        ])
    }

    private static func json(_ drift: AttributionDrift) -> JSONValue {
        .object([
            "verdict": .string(drift.verdict.rawValue), "gain": .number(drift.gain),
            "columns": .array(
                drift.parts.map { part in
                    .object([
                        "name": .string(part.name), "reference_share": .number(part.referenceShare),
                        "share": .number(part.currentShare),
                    ])
                }
            ),
        ])
    }

    private static func percent(_ share: Double) -> String { "\(Quantity.number((share * 1_000).rounded() / 10)) %" }

    private static func number(_ value: Double?) -> String { value.map { Quantity.number($0) } ?? "" }
}
