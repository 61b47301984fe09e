import MartletCore
import MartletMonitoring
import MartletTracking

/// How well what is live does: realised and estimated error, how many labels are in, where it errs, what moved.
struct QualityPage: Sendable {
    static let liveInterval = 10_000
    /// More columns are on the page of the endpoint.
    private static let barLimit = 20

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        let versions = self.context.monitoring().filter { self.visit.visitor?.reads(.endpoint($0.endpoint)) ?? true }
            .sorted { ($0.endpoint, $0.version.description) < ($1.endpoint, $1.version.description) }
        return ConsolePage(
            template: "quality",
            title: self.words["quality.title"],
            section: .quality,
            view: [
                "tabs": Self.tabs("quality", self.words, self.context), "liveInterval": String(Self.liveInterval),
                "versions": versions.map(self.view), "hasVersions": !versions.isEmpty,
            ]
        )
    }

    /// The parts of the monitoring section.
    static func tabs(_ current: String, _ words: Words, _ context: ConsoleContext) -> [View] {
        var parts = [("quality", "quality.title"), ("retraining", "retraining")]
        if context.alerts != nil { parts.insert(("alerts", "alerts"), at: 0) }
        if context.alerts?.levels != nil { parts.append(("objectives", "objectives")) }
        return
            parts.map { name, key in
                ["tabTitle": words[key], "tabAddress": Address.of(name), "isCurrent": name == current]
            }
    }

    private func view(_ version: MonitoredVersion) -> View {
        var view = MonitoringSection(monitored: version, visit: self.visit).view
        let quality = version.quality
        view["endpoint"] = version.endpoint
        view["endpointAddress"] = Address.of("endpoints", version.endpoint)
        view["driftMarkup"] = self.drift(version.drift)
        view["maturityMarkup"] = self.maturity(quality.maturity)
        view["maturityNote"] =
            self.words[quality.maturity.labelledCount > 0 ? "quality.early" : "quality.noLabels"]
        view["medianText"] = quality.maturity.medianDelay.map {
            self.words("quality.median", self.visit.figures.duration($0.seconds))
        }
        view["slices"] = quality.worstSlices.prefix(8).map(self.slice)
        view["hasSlices"] = !quality.worstSlices.isEmpty
        if let markup = self.errorTrend(version) {
            view["errorMarkup"] = markup
            view["errorLegend"] = self.legend([("quality.realised", 0), ("quality.estimated", 1)])
        }
        if let markup = self.driftTrend(version) {
            view["trendMarkup"] = markup
            view["trendLegend"] = self.legend([("quality.predictionDrift", 3), ("quality.worstDrift", 5)])
        }
        return view
    }

    private func drift(_ report: DriftReport) -> Markup? {
        let measure = report.rules.measure
        let bars = ([report.prediction] + report.columns.prefix(Self.barLimit))
            .enumerated()
            .compactMap { index, column -> DriftBars.Bar? in
                guard let estimate = column[measure] else { return nil }
                return DriftBars.Bar(
                    name: index == 0 ? self.words["monitoring.prediction"] : column.name,
                    value: estimate.value,
                    lower: estimate.lower,
                    upper: estimate.upper,
                    style: MonitoringSection.style(column.verdict(report.rules))
                )
            }
        guard !bars.isEmpty else { return nil }
        return DriftBars(
            title: self.words["quality.drift"],
            bars: bars,
            limit: report.rules.threshold(of: measure),
            limitName: self.words["quality.limit"]
        )
        .markup()
    }

    private func maturity(_ maturity: LabelMaturity) -> Markup? {
        guard maturity.labelledCount > 0, !maturity.curve.isEmpty else { return nil }
        return BarChart(
            title: self.words["quality.maturity"],
            bars: maturity.curve.map {
                BarChart.Bar(name: $0.delay.description, value: ($0.share * 1_000).rounded() / 10)
            },
            width: 560,
            decimals: 1
        )
        .markup()
    }

    private func slice(_ slice: SliceErrors.Slice) -> View {
        [
            "sliceName": "\(slice.column) \(Self.shortened(slice.part))", "sliceCount": Figures.count(slice.count),
            "sliceLoss": Figures.number(slice.loss), "otherLoss": Figures.number(slice.otherLoss),
            "isSure": slice.adjustedPValue < 0.05,
            "pText": Figures.number(slice.adjustedPValue, decimals: slice.adjustedPValue < 0.001 ? 5 : 3),
        ]
    }

    /// `≤ 1,114.3` of `≤ 1114.345405291082`; a name stays as it is.
    private static func shortened(_ part: String) -> String {
        guard !part.hasPrefix("="), let space = part.lastIndex(of: " "),
            let number = Double(part[part.index(after: space)...])
        else { return part }
        return part[...space] + Figures.number(number)
    }

    private func errorTrend(_ version: MonitoredVersion) -> Markup? {
        let realised = self.points(version) { $0.realised }
        let estimated = self.points(version) { $0.estimated }
        guard max(realised.count, estimated.count) > 1 else { return nil }
        return LineChart(
            title: self.words["quality.errorTrend"],
            series: [
                .init(name: self.words["quality.realised"], points: realised, colour: 0),
                .init(name: self.words["quality.estimated"], points: estimated, colour: 1),
            ],
            isLogarithmic: false
        )
        .markup()
    }

    private func driftTrend(_ version: MonitoredVersion) -> Markup? {
        let prediction = self.points(version) { $0.predictionDrift }
        let worst = self.points(version) { $0.worstDrift }
        guard prediction.count > 1 else { return nil }
        return LineChart(
            title: self.words["quality.driftTrend"],
            series: [
                .init(name: self.words["quality.predictionDrift"], points: prediction, colour: 3),
                .init(name: self.words["quality.worstDrift"], points: worst, colour: 5),
            ],
            isLogarithmic: false
        )
        .markup()
    }

    /// Values by hours before the last look.
    private func points(
        _ version: MonitoredVersion,
        _ value: (MonitoredVersion.Hour) -> Double?
    ) -> [(x: Double, y: Double)] {
        version.trend.compactMap { hour in
            value(hour)
                .map { ((Double(hour.at.microseconds - version.at.microseconds) / 3_600_000_000).rounded(), $0) }
        }
    }

    private func legend(_ parts: [(String, Int)]) -> [View] {
        parts.map { ["legendText": self.words[$0.0], "legendClass": "s\($0.1)"] }
    }
}
