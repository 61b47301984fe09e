import MartletCore
import MartletTracking

/// The curves of a run or of several, those of the same measure in one chart.
struct MetricCurves: Sendable {
    /// More points than this of one metric are not read for a page.
    static let pointLimit = 200_000
    /// More metrics than this are not looked at for a page.
    static let metricLimit = 200

    let tracking: any TrackingStore
    let words: Words
    let isByTime: Bool
    let isLogarithmic: Bool

    /// The charts of one run: training and validation of the same measure together.
    func charts(of run: Run, limit: Int) async throws(TrackingError) -> [View] {
        var groups: [String: [LineChart.Series]] = [:]
        for key in run.metrics.keys.sorted().prefix(Self.metricLimit) {
            let points = try await self.points(of: run, key)
            guard points.count > 1 else { continue }
            let measure = Self.measure(key)
            let colour = groups[measure]?.count ?? 0
            groups[measure, default: []].append(LineChart.Series(name: key, points: points, colour: colour))
        }
        let shown = groups.sorted { $0.key < $1.key }.prefix(limit)
        return shown.map { self.view($0.key, $0.value, isWide: shown.count == 1) }
    }

    /// The charts of several runs: one for each metric that has a curve, one curve for each run.
    func charts(of runs: [Run], limit: Int) async throws(TrackingError) -> [View] {
        let keys = Set(runs.flatMap { $0.metrics.values.filter { $0.step > 0 }.map(\.key) }).sorted().prefix(limit)
        var charts: [View] = []
        for key in keys {
            var series: [LineChart.Series] = []
            for (index, run) in runs.enumerated() where run.metrics[key] != nil {
                let points = try await self.points(of: run, key)
                guard points.count > 1 else { continue }
                let name = Self.name(run, among: runs)
                series.append(LineChart.Series(name: name, points: points, colour: index))
            }
            if !series.isEmpty { charts.append(self.view(key, series)) }
        }
        return charts
    }

    private func view(_ title: String, _ series: [LineChart.Series], isWide: Bool = false) -> View {
        var chart = LineChart(title: title, series: series, isLogarithmic: self.isLogarithmic)
        chart.isWide = isWide
        return [
            "chartTitle": title, "chartMarkup": chart.markup(),
            "abscissa": self.words[self.isByTime ? "chart.seconds" : "chart.step"],
            "legend":
                series
                .map { one -> View in
                    [
                        "curveName": one.name, "curveClass": "s\(one.colour % 8)",
                        "last": one.points.last.map { Figures.number($0.y) } ?? "",
                    ]
                },
        ]
    }

    private func points(of run: Run, _ key: String) async throws(TrackingError) -> [(x: Double, y: Double)] {
        if run.metrics[key]?.step == 0 {
            let first = try await self.tracking.metricHistory(of: run.id, key: key, limit: 2, offset: 0)
            if first.count < 2 { return [] }
        }
        let history = try await self.tracking.metricHistory(of: run.id, key: key, limit: Self.pointLimit, offset: 0)
        let areSteps = !self.isByTime && history.contains { $0.step != history.first?.step }
        return history.map { point in
            let seconds = Double(point.timestamp.microseconds - run.startedAt.microseconds) / 1_000_000
            return (areSteps ? Double(point.step) : seconds, point.value)
        }
    }

    /// A name for `run` that no other of `runs` has.
    static func name(_ run: Run, among runs: [Run]) -> String {
        let name = run.name.isEmpty ? run.id.short : run.name
        return runs.contains { $0.id != run.id && $0.name == run.name } ? "\(name) \(run.id.short)" : name
    }

    /// What a metric measures, without the part of the data in its name: `rounds/l1` of `rounds/train_l1`.
    static func measure(_ key: String) -> String {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.last else { return key }
        let rest = MetricTable.part(of: last)?.rest ?? last
        let folders = parts.dropLast()
            .filter { folder in
                !MetricTable.Part.allCases.contains { MetricTable.Part.names[$0]?.contains(folder) == true }
            }
        return (folders + [rest]).joined(separator: "/")
    }
}
