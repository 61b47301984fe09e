import MartletCore
import MartletTracking
import MartletTraining

/// How the outcome of a training is shown: runs, importance, gates, and what was registered.
struct TrainingReportView {
    private let report: TrainingReport
    private let recipe: Recipe
    private let isWaiting: Bool

    /// Shows `report`; a version that does not wait for approval was taken further by its plan.
    init(_ report: TrainingReport, recipe: Recipe, isWaiting: Bool = true) {
        self.report = report
        self.recipe = recipe
        self.isWaiting = isWaiting
    }

    /// One row for each run, the best marked.
    var runs: Table {
        var table = Table(
            [.init("best", ""), .init("run"), .init("experiment"), .init("trees", nil, .right)]
                + self.recipe.metrics.map { .init("test_\($0.rawValue)", "test \($0.rawValue)", .right) }
                + [.init("seconds", "time", .right)]
        )
        for (index, outcome) in self.report.outcomes.enumerated() {
            let isBest = index == self.report.bestIndex
            table.add(
                [
                    .init(isBest ? "*" : "", json: .boolean(isBest)),
                    .init(outcome.run.short, json: .string(outcome.run.description)), .text(outcome.experiment.name),
                    .count(outcome.result?.model.keptRounds),
                ] + self.recipe.metrics.map { metric in .number(outcome.result?.test[metric]) }
                    + [.seconds(outcome.result?.seconds)]
            )
        }
        return table
    }

    /// The ten columns that matter most.
    var importance: Table {
        var table = Table([
            .init("column"), .init("gain", nil, .right), .init("mean_abs_shap", "mean |SHAP|", .right),
        ])
        for row in self.report.importance.prefix(10) {
            table.add([.text(row.column), .number(row.gain), .number(row.meanAbsoluteContribution)])
        }
        return table
    }

    /// Writes everything.
    func show(on terminal: Terminal) {
        terminal.show(self.runs, asJSON: false)
        if let unit = self.recipe.unit { terminal.line(terminal.output.dim("errors in \(unit)")) }
        if !self.report.importance.isEmpty {
            terminal.line()
            terminal.show(self.importance, asJSON: false)
        }
        if !self.report.verdicts.isEmpty { terminal.line() }
        for verdict in self.report.verdicts {
            let text = "gate \(verdict)"
            terminal.line(verdict.isPassed ? terminal.output.good(text) : terminal.output.bad(text))
        }
        for (metric, interval) in self.report.intervals.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let bounds = "\(Quantity.number(interval.lower)) to \(Quantity.number(interval.upper))"
            terminal.line("test \(metric.rawValue): 95 % interval \(bounds)")
        }
        if let best = self.report.best, let result = best.result {
            let parity = Quantity.number(result.parityMaxAbsDifference)
            terminal.line("largest difference between library and served forest on the test rows: \(parity)")
        }
        if let version = self.report.version {
            let waiting = self.isWaiting ? ", waiting for approval" : ""
            terminal.line("registered \(terminal.output.bold("\(version)"))\(waiting)")
            if self.isWaiting { terminal.line("next: martlet models approve \(version) --reason \"…\"") }
        } else if let refusal = self.report.refusal {
            terminal.line("registered nothing: \(refusal)")
        }
    }
}
