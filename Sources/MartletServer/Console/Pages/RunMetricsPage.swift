import MartletTracking

/// All curves of a run.
struct RunMetricsPage: Sendable {
    static let chartLimit = 60

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let head = try await RunHead(self.visit, self.context)
        let isByTime = self.visit.query["x"] == "time"
        let isLogarithmic = self.visit.query["y"] == "log"
        let curves = MetricCurves(
            tracking: self.context.tracking,
            words: self.visit.words,
            isByTime: isByTime,
            isLogarithmic: isLogarithmic
        )
        let charts = try await curves.charts(of: head.run, limit: Self.chartLimit)
        let path = Address.of("runs", head.run.id.description, "metrics")
        let query = self.visit.query
        let view: View = [
            "charts": charts, "hasCharts": !charts.isEmpty,
            "metrics": MetricTable(head.run.metrics).view(self.visit.words), "hasMetrics": !head.run.metrics.isEmpty,
            "isByTime": isByTime, "isLogarithmic": isLogarithmic,
            "stepAddress": query.setting("x", nil).after(path), "timeAddress": query.setting("x", "time").after(path),
            "linearAddress": query.setting("y", nil).after(path), "logAddress": query.setting("y", "log").after(path),
        ]
        return ConsolePage(
            template: "metrics",
            title: "\(head.run.name) · \(self.visit.words["tab.metrics"])",
            section: .experiments,
            view: head.view(self.visit, tab: .metrics).merging(view)
        )
    }
}
