import MartletCore
import MartletTracking

/// Several runs side by side.
struct ComparePage: Sendable {
    /// More runs than this cannot be told apart on a page.
    static let runLimit = 60
    static let axisLimit = 10

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let words = self.visit.words
        let runs = try await self.runs()
        let names = runs.map { MetricCurves.name($0, among: runs) }
        let isAll = self.visit.query["show"] == "all"
        let difference = RunDifference(runs)
        let curves = MetricCurves(
            tracking: self.context.tracking,
            words: words,
            isByTime: false,
            isLogarithmic: false
        )
        let charts = runs.count > 8 ? [] : try await curves.charts(of: runs, limit: 8)
        let query = self.visit.query
        let path = Address.of("compare")
        var view: View = [
            "runHeads": zip(runs, names)
                .map { run, name -> View in
                    RunBadge.view(run, self.visit)
                        .merging([
                            "compareName": name, "started": self.visit.figures.view(run.startedAt),
                            "without": query.setting("run", all: runs.filter { $0.id != run.id }.map(\.id.description))
                                .after(path),
                            "canLeave": runs.count > 2,
                        ])
                },
            "hasRuns": !runs.isEmpty, "count": Figures.count(runs.count), "columnCount": runs.count + 1,
            "metricRows": self.metricRows(runs),
            "paramRows": self.rows(difference.parameters, isAll),
            "sameParamCount": Figures.count(difference.parameters.count { !$0.isDifferent }),
            "hasSameParams": difference.parameters.contains { !$0.isDifferent }, "isAll": isAll,
            "allAddress": query.setting("show", isAll ? nil : "all").after(path) + "#params",
            "charts": charts, "hasCharts": !charts.isEmpty,
            "backAddress": runs.first.map { Address.of("experiments", $0.experimentID) },
        ]
        let axes = self.axes(runs, difference)
        if axes.count > 1, runs.count > 1 {
            view["parallelMarkup"] =
                ParallelChart(
                    title: words["compare.parallel"],
                    names: names,
                    ids: runs.map(\.id.description),
                    axes: axes
                )
                .markup()
        }
        view = view.merging(self.scatter(runs, names))
        return ConsolePage(template: "compare", title: words["compare"], section: .experiments, view: view)
    }

    private func runs() async throws -> [Run] {
        var runs: [Run] = []
        for text in self.visit.query.all("run").prefix(Self.runLimit) {
            guard let id = RunID(text), let run = try await self.context.tracking.run(id) else {
                throw ConsoleProblem.missing(self.visit.words, "missing.run", text)
            }
            if !runs.contains(where: { $0.id == id }) { runs.append(run) }
        }
        return runs
    }

    /// The metrics that runs share first; where better is known, the best is marked.
    private func metricRows(_ runs: [Run]) -> [View] {
        Set(runs.flatMap(\.metrics.keys)).sorted()
            .map { name in
                let values = runs.map { $0.metrics[name]?.value }
                let decimals = Figures.decimals(for: values.compactMap(\.self))
                let best = Self.best(name, values.compactMap(\.self))
                return [
                    "rowName": name, "isDifferent": Set(values).count > 1,
                    "cells": values.map { value -> View in
                        [
                            "text": value.map { Figures.number($0, decimals: decimals) } ?? "",
                            "hint": value.map { String($0) }, "cellClass": "number",
                            "isBest": value != nil && value == best,
                        ]
                    },
                ]
            }
    }

    /// The best of `values` when the metric's name says which way is better and they differ.
    static func best(_ name: String, _ values: [Double]) -> Double? {
        guard Set(values).count > 1 else { return nil }
        let words = Set(name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
        let small: Set = [
            "mae", "rmse", "mse", "mape", "loss", "logloss", "l1", "l2", "error", "rmsle", "smape", "brier",
        ]
        let large: Set = ["r2", "auc", "accuracy", "f1", "precision", "recall", "score", "ap", "roc"]
        let isBound = name.hasSuffix("_lower") || name.hasSuffix("_upper")
        if isBound { return nil }
        if !words.isDisjoint(with: small) { return values.filter(\.isFinite).min() }
        if !words.isDisjoint(with: large) { return values.filter(\.isFinite).max() }
        return nil
    }

    private func rows(_ rows: [RunDifference.Row], _ isAll: Bool) -> [View] {
        rows.filter { isAll || $0.isDifferent }
            .map { row in
                [
                    "rowName": row.name, "isDifferent": row.isDifferent,
                    "cells": row.values.map { value -> View in
                        [
                            "text": BarChart.shortened(value ?? "", to: 48), "hint": value, "isBest": false,
                            "cellClass": "number",
                        ]
                    },
                ]
            }
    }

    /// What differs, params at the left and metrics at the right; the rightmost gives the colours.
    ///
    /// Params that fewer than half of the runs have, and metrics of the training data, stay out: their lines end early
    /// or tell little.
    private func axes(_ runs: [Run], _ difference: RunDifference) -> [ParallelChart.Axis] {
        let parameters = difference.parameters.filter(\.isDifferent)
            .filter { row in row.values.allSatisfy { ($0?.count ?? 0) <= 32 } }
            .filter { row in 2 * row.values.count { $0 != nil } >= runs.count }
            .map { ParallelChart.Axis(name: $0.name, isMetric: false, values: $0.values) }
        let varying = self.varyingMetrics(runs)
        let telling = varying.filter { MetricTable.part(of: $0)?.part != .training }
        let metrics = (telling.isEmpty ? varying : telling)
            .map { name in
                ParallelChart.Axis(name: name, isMetric: true, values: runs.map { $0.metrics[name]?.value.description })
            }
        return parameters.prefix(Self.axisLimit / 2) + metrics.prefix(Self.axisLimit / 2).reversed()
    }

    /// The metrics that all runs have and not all have the same, the most telling first.
    private func varyingMetrics(_ runs: [Run]) -> [String] {
        RunColumns(runs, chosen: []).metrics
            .filter { name in !name.hasSuffix("_lower") && !name.hasSuffix("_upper") }
            .filter { name in runs.allSatisfy { $0.metrics[name]?.value.isFinite == true } }
            .filter { name in Set(runs.map { $0.metrics[name]?.value }).count > 1 }
    }

    private func scatter(_ runs: [Run], _ names: [String]) -> View {
        let metrics = RunColumns(runs, chosen: []).metrics
        let numeric = Set(runs.flatMap(\.parameters.keys))
            .filter { key in runs.allSatisfy { $0.parameters[key].flatMap(Double.init) != nil } }
            .filter { key in Set(runs.map { $0.parameters[key] }).count > 1 }
        let keys = metrics + numeric.sorted().map { "params." + $0 }
        guard runs.count > 1, keys.count > 1 else { return [:] }
        let varying = self.varyingMetrics(runs)
        let vertical = self.visit.query["vertical"] ?? varying.first ?? keys[0]
        let horizontal = self.visit.query["horizontal"] ?? varying.first { $0 != vertical } ?? keys[1]
        func value(_ run: Run, _ key: String) -> Double? {
            key.hasPrefix("params.")
                ? run.parameters[String(key.dropFirst(7))].flatMap(Double.init) : run.metrics[key]?.value
        }
        let dots = zip(runs, names)
            .compactMap { run, name -> ScatterChart.Dot? in
                guard let x = value(run, horizontal), let y = value(run, vertical) else { return nil }
                let address = Address.of("runs", run.id.description)
                return ScatterChart.Dot(name: name, address: address, id: run.id.description, x: x, y: y)
            }
        func options(_ chosen: String) -> [View] {
            keys.map { ["option": $0, "isChosen": $0 == chosen] }
        }
        return [
            "scatterMarkup": ScatterChart(horizontal: horizontal, vertical: vertical, dots: dots).markup(),
            "horizontals": options(horizontal), "verticals": options(vertical),
            "keptRuns": self.visit.query.pairs.filter { $0.name == "run" || $0.name == "show" }
                .map { pair -> View in ["fieldName": pair.name, "fieldValue": pair.value] },
        ]
    }
}
