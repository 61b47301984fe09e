import MartletCore
import MartletMonitoring
import MartletStatistics
import MartletTracking

/// A quality report as a person reads it, and as a script does.
struct QualityView {
    let report: QualityReport
    let labelName: String
    let endpoint: String
    let version: ModelVersionID
    let window: MonitoringWindow

    /// The report as JSON with stable keys.
    var json: JSONValue {
        .object([
            "endpoint": .string(self.endpoint), "version": .string(self.version.description),
            "from": .string(self.window.from.description), "to": .string(self.window.to.description),
            "label": .string(self.labelName),
            "predictions": .integer(Int64(self.report.maturity.predictionCount)),
            "labels": .integer(Int64(self.report.maturity.labelledCount)),
            "labelled_share": .number(self.report.maturity.labelledShare),
            "median_delay_seconds": self.report.maturity.medianDelay.map { .number($0.seconds) } ?? .null,
            "maturity": .array(
                self.report.maturity.curve.map {
                    .object(["delay_seconds": .number($0.delay.seconds), "share": .number($0.share)])
                }
            ),
            "realised": .array(self.report.realised.figures.map(Self.json)),
            "estimated": .array(self.report.estimated.map(Self.json)),
            "test_error": self.report.testError.map(JSONValue.number) ?? .null,
            "growth": self.report.growth.map(JSONValue.number) ?? .null,
            "estimated_growth": self.report.estimatedGrowth.map(JSONValue.number) ?? .null,
            "worst_slices": .array(self.report.worstSlices.prefix(20).map(Self.json)),
        ])
    }

    /// Prints maturity, figures and the worst parts.
    func show(on terminal: Terminal) {
        let maturity = self.report.maturity
        terminal.line(
            "\(self.endpoint): \(Quantity.count(maturity.predictionCount)) predictions of \(self.version) from "
                + "\(Quantity.moment(self.window.from)) to \(Quantity.moment(self.window.to)); "
                + "\(Quantity.count(maturity.labelledCount)) have their '\(self.labelName)' "
                + "(\(Quantity.number((maturity.labelledShare * 1_000).rounded() / 10)) %)"
        )
        if !maturity.curve.isEmpty {
            let points = maturity.curve.map { "\(Quantity.number(($0.share * 100).rounded())) % within \($0.delay)" }
            terminal.line("labels come: \(points.joined(separator: ", "))")
        }
        terminal.line()
        self.showFigures(on: terminal)
        let worst = self.report.worstSlices.filter { $0.adjustedPValue < 0.05 }.prefix(8)
        guard !worst.isEmpty else { return }
        terminal.line()
        var table = Table([
            .init("column"), .init("part"), .init("rows", nil, .right), .init("loss", nil, .right),
            .init("other_loss", "elsewhere", .right), .init("difference"),
        ])
        for slice in worst {
            table.add([
                .text(slice.column), .text(slice.part), .count(slice.count), .number(slice.loss),
                .number(slice.otherLoss), .text(Self.bounds(slice.difference)),
            ])
        }
        terminal.show(table, asJSON: false)
    }

    private func showFigures(on terminal: Terminal) {
        var table = Table([
            .init("figure"), .init("realised", nil, .right), .init("realised_bounds", "bounds"),
            .init("estimated", nil, .right), .init("estimated_bounds", "bounds"), .init("at_training", nil, .right),
        ])
        let (realised, estimated) = (self.report.realised.figures, self.report.estimated)
        let names = (realised + estimated).map(\.name)
        for name in names.enumerated().filter({ names.firstIndex(of: $1) == $0 }).map(\.element) {
            let (found, foreseen) = (
                realised.first { $0.name == name }, estimated.first { $0.name == name }
            )
            table.add([
                .text(name), .number(found?.value), .text(found?.interval.map(Self.bounds)),
                .number(foreseen?.value), .text(foreseen?.interval.map(Self.bounds)),
                .number(name == "mae" ? self.report.testError : nil),
            ])
        }
        terminal.show(table, asJSON: false, emptyNote: "no labels are in, and the version cannot foresee its error")
        for (what, growth) in [("error", self.report.growth), ("estimated error", self.report.estimatedGrowth)] {
            guard let growth else { continue }
            let percent = Quantity.number((growth * 1_000).rounded() / 10)
            terminal.line("\(what): \(growth >= 0 ? "+" : "")\(percent) % against the test part of training")
        }
    }

    private static func bounds(_ interval: ConfidenceInterval) -> String {
        [interval.lower, interval.upper].map { $0.map { Quantity.number($0) } ?? "" }.joined(separator: " … ")
    }

    private static func json(_ figure: QualityFigure) -> JSONValue {
        .object([
            "name": .string(figure.name), "value": .number(figure.value),
            "lower": figure.interval?.lower.map(JSONValue.number) ?? .null,
            "upper": figure.interval?.upper.map(JSONValue.number) ?? .null,
        ])
    }

    private static func json(_ slice: SliceErrors.Slice) -> JSONValue {
        .object([
            "column": .string(slice.column), "part": .string(slice.part), "rows": .integer(Int64(slice.count)),
            "loss": .number(slice.loss), "other_loss": .number(slice.otherLoss),
            "lower": slice.difference.lower.map(JSONValue.number) ?? .null,
            "upper": slice.difference.upper.map(JSONValue.number) ?? .null,
            "adjusted_p_value": .number(slice.adjustedPValue),
        ])
    }
}
