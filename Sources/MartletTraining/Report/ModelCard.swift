import MartletCore
import MartletTracking

/// The model card: what a person must know before approving a version, as Markdown.
struct ModelCard {
    let recipe: Recipe
    let table: TrainingTable
    let snapshotHash: ContentHash
    let sourceTables: [String]
    let best: RunOutcome
    let result: RunResult
    let outcomes: [RunOutcome]
    let verdicts: [GateVerdict]
    let leaks: [LeakageFinding]
    let intervals: [EvaluationMetric: BootstrapInterval]
    let importance: [ColumnImportance]
    let groups: [GroupMetrics]
    let trainedAt: EventTime

    /// The whole card.
    var markdown: String {
        let unit = self.recipe.unit.map { " (\($0))" } ?? ""
        var lines = ["# Model card: \(self.recipe.model)", ""]
        if !self.recipe.description.isEmpty { lines += [self.recipe.description, ""] }
        lines += [
            "| | |", "| --- | --- |",
            "| Task | \(self.recipe.task.rawValue), label `\(self.recipe.label.value)`\(unit) |",
            "| Recipe | `\(self.recipe.name)` |",
            "| Experiment | `\(self.best.experiment.name)` (\(self.best.experiment.engine.rawValue), "
                + "\(self.result.model.keptRounds) trees) |",
            "| Run | `\(self.best.run)` |",
            "| Trained | \(self.trainedAt) |",
            "| Model hash | `\(self.result.modelHash)` |",
            "| Snapshot | `\(self.snapshotHash)` |",
        ]
        if let service = self.recipe.featureService { lines.append("| Feature service | `\(service.value)` |") }
        if let owner = self.recipe.owner { lines.append("| Owner | \(owner) |") }
        if let threshold = self.result.threshold {
            lines.append("| Threshold | \(FigureText.of(threshold)) (best F1 on validation) |")
        }
        lines += [""] + self.dataSection + self.metricSection + self.gateSection + self.experimentSection
        lines += self.importanceSection + self.groupSection + self.caveatSection
        return lines.joined(separator: "\n") + "\n"
    }

    private var dataSection: [String] {
        let split = self.table.split
        var lines = ["## Data", ""]
        lines.append("\(self.table.rowCount) examples, divided \(self.recipe.split.sentence).")
        if !self.sourceTables.isEmpty {
            lines.append("Read from \(self.sourceTables.map { "`\($0)`" }.joined(separator: ", ")).")
        }
        lines += ["", "| part | rows | from | to |", "| --- | ---: | --- | --- |"]
        for (name, rows) in [("train", split.train), ("validation", split.validation), ("test", split.test)] {
            let times = rows.map { self.table.times[$0] }
            let first = times.min().map { EventTime(microseconds: $0).description } ?? ""
            let last = times.max().map { EventTime(microseconds: $0).description } ?? ""
            lines.append("| \(name) | \(rows.count) | \(first) | \(last) |")
        }
        return lines + [""]
    }

    private var metricSection: [String] {
        var lines = ["## Metrics", "", "| metric | train | validation | test | test, 95 % interval |"]
        lines.append("| --- | ---: | ---: | ---: | --- |")
        for metric in self.recipe.metrics {
            let interval =
                self.intervals[metric].map { "\(FigureText.of($0.lower)) to \(FigureText.of($0.upper))" } ?? ""
            let figures = [self.result.train, self.result.validation, self.result.test]
                .map { FigureText.of($0[metric]) }
            lines.append("| \(metric.rawValue) | \(figures.joined(separator: " | ")) | \(interval) |")
        }
        if let positives = self.result.test.positiveCount {
            lines += ["", "The test part holds \(positives) positive of \(self.result.test.count) rows."]
        }
        let parity = FigureText.of(self.result.parityMaxAbsDifference)
        lines += ["", "The served forest differs from the library by at most \(parity) over all test rows.", ""]
        return lines
    }

    private var gateSection: [String] {
        guard !self.verdicts.isEmpty else { return ["## Gates", "", "The recipe sets none.", ""] }
        return ["## Gates", ""] + self.verdicts.map { "- \($0)" } + [""]
    }

    private var experimentSection: [String] {
        guard self.outcomes.count > 1 else { return [] }
        let metric = self.recipe.selectBy
        var lines = ["## Experiments", "", "Chosen by \(metric.rawValue) on the validation part.", ""]
        lines += ["| experiment | validation \(metric.rawValue) | trees |", "| --- | ---: | ---: |"]
        for outcome in self.outcomes {
            let figure = outcome.result.map { FigureText.of($0.validation[metric]) } ?? "failed"
            let trees = outcome.result.map { String($0.model.keptRounds) } ?? ""
            let mark = outcome.run == self.best.run ? " **(chosen)**" : ""
            lines.append("| \(outcome.experiment.name)\(mark) | \(figure) | \(trees) |")
        }
        return lines + [""]
    }

    private var importanceSection: [String] {
        var lines = ["## Importance", ""]
        if self.recipe.explain.sample > 0 {
            let rows = min(self.recipe.explain.sample, self.table.split.validation.count)
            lines += [
                "Mean |SHAP| over \(rows) validation rows, in units of the raw score; gain as the library counts it.",
                "",
            ]
        }
        lines += ["| column | mean abs SHAP | gain |", "| --- | ---: | ---: |"]
        for column in self.importance {
            let share = FigureText.of(column.meanAbsoluteContribution)
            lines.append("| \(column.column) | \(share) | \(FigureText.of(column.gain)) |")
        }
        return lines + [""]
    }

    private var groupSection: [String] {
        guard !self.groups.isEmpty else { return [] }
        let metrics = self.recipe.metrics.prefix(3)
        var lines = [
            "## Groups", "", "Test metrics by group; groups under \(GroupMetrics.smallestGroup) rows are left out.", "",
        ]
        lines.append("| group | rows | " + metrics.map(\.rawValue).joined(separator: " | ") + " |")
        lines.append("| --- | ---: | " + metrics.map { _ in "---:" }.joined(separator: " | ") + " |")
        for group in self.groups {
            let figures = metrics.map { FigureText.of(group.metrics[$0]) }.joined(separator: " | ")
            lines.append("| \(group.column) = \(group.value) | \(group.metrics.count) | \(figures) |")
        }
        return lines + [""]
    }

    private var caveatSection: [String] {
        var caveats: [String] = self.leaks.map { "\($0.isPrevented ? "Late" : "Suspected leak"): \($0)." }
        if case .random = self.recipe.split {
            caveats.append(
                "The split is random: neighbouring examples may stand on both sides, which flatters the model."
            )
        }
        if let positives = self.result.test.positiveCount, positives < 100 {
            caveats.append("Only \(positives) positive test rows: read the intervals, not the figures alone.")
        }
        if self.result.test.count < 1_000 { caveats.append("The test part has only \(self.result.test.count) rows.") }
        let (validation, test) = (self.result.validation[self.recipe.selectBy], self.result.test[self.recipe.selectBy])
        if self.recipe.selectBy.isBetter(validation, than: test), validation != 0,
            abs(validation - test) / abs(validation) > 0.1
        {
            caveats.append(
                "\(self.recipe.selectBy.rawValue) is worse on test (\(FigureText.of(test))) than on validation "
                    + "(\(FigureText.of(validation))) by more than a tenth: the data may be changing."
            )
        }
        guard !caveats.isEmpty else { return ["## Caveats", "", "None was found by the checks.", ""] }
        return ["## Caveats", ""] + caveats.map { "- \($0)" }
    }
}
