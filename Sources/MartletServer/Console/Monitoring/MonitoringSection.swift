import MartletCore
import MartletMonitoring
import MartletStatistics
import MartletTracking

/// Drift and quality of one live version, as the page of its endpoint shows them.
struct MonitoringSection: Sendable {
    let monitored: MonitoredVersion
    let visit: ConsoleVisit

    /// The section's view.
    var view: View {
        let (drift, quality) = (self.monitored.drift, self.monitored.quality)
        let columns = drift.columns.map { self.row($0) } + [self.row(drift.prediction, isPrediction: true)]
        let names = (quality.realised.figures + quality.estimated).map(\.name)
        let figures = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map { self.figure($1) }
        var view: View = [
            "monitoredVersion": self.monitored.version.description,
            "monitoredAddress": ModelsPage.address(self.monitored.version.model, self.monitored.version.number),
            "verdictText": self.verdict(drift.verdict), "verdictStyle": Self.style(drift.verdict),
            "monitoredLead": self.visit.words(
                "monitoring.lead",
                Figures.count(drift.rowCount),
                self.monitored.window.description,
                Figures.count(drift.referenceRowCount)
            ),
            "lookedAt": self.visit.figures.view(self.monitored.at), "columns": columns, "figures": figures,
            "hasQuality": !figures.isEmpty,
            "labelsText": self.visit.words(
                "monitoring.labels",
                Figures.count(quality.maturity.labelledCount),
                Figures.count(quality.maturity.predictionCount),
                Figures.share(quality.maturity.labelledShare)
            ),
        ]
        view["wholeText"] = drift.multivariate.map { whole in
            self.visit.words("monitoring.whole", Figures.number(whole.shift, decimals: 2))
        }
        view["attributionText"] = drift.attribution.map { attribution in
            self.visit.words("monitoring.attribution", Figures.number(attribution.gain, decimals: 3))
        }
        return view
    }

    private func row(_ column: ColumnDrift, isPrediction: Bool = false) -> View {
        let verdict = column.verdict(self.monitored.drift.rules)
        var row: View = [
            "columnName": isPrediction ? self.visit.words["monitoring.prediction"] : column.name,
            "columnVerdict": self.verdict(verdict), "columnStyle": Self.style(verdict),
            "missing": Figures.share(column.currentMissingShare), "unseen": Figures.share(column.unseenShare),
        ]
        row["psi"] = column.populationStability.map { Figures.number($0.value, decimals: 3) }
        row["psiBounds"] = column.populationStability.map { Self.bounds($0.lower, $0.upper) }
        row["js"] = column.jensenShannon.map { Figures.number($0.value, decimals: 3) }
        row["wasserstein"] = column.wasserstein.map { Figures.number($0.value, decimals: 3) }
        row["ks"] = column.kolmogorovSmirnov.map { Figures.number($0.value, decimals: 3) }
        if let before = column.referenceMean, let now = column.currentMean {
            row["means"] = "\(Figures.number(before)) → \(Figures.number(now))"
        } else if !column.unseenCategories.isEmpty {
            row["means"] = self.visit.words(
                "monitoring.unseen",
                column.unseenCategories.prefix(3).joined(separator: ", ")
            )
        }
        return row
    }

    private func figure(_ name: String) -> View {
        let quality = self.monitored.quality
        var view: View = ["figureName": name]
        let (realised, estimated) = (
            quality.realised.figures.first { $0.name == name }, quality.estimated.first { $0.name == name }
        )
        view["realised"] = realised.map { Figures.number($0.value) }
        view["realisedBounds"] = realised.flatMap(Self.bounds)
        view["estimated"] = estimated.map { Figures.number($0.value) }
        view["estimatedBounds"] = estimated.flatMap(Self.bounds)
        view["atTraining"] = name == "mae" ? quality.testError.map { Figures.number($0) } : nil
        return view
    }

    private func verdict(_ verdict: DriftVerdict) -> String { self.visit.words["monitoring." + verdict.rawValue] }

    static func style(_ verdict: DriftVerdict) -> String {
        switch verdict {
        case .stable: "approved"
        case .unsure: "pending"
        case .drifted: "rejected"
        }
    }

    private static func bounds(_ figure: QualityFigure) -> String? {
        guard let lower = figure.interval?.lower, let upper = figure.interval?.upper else { return nil }
        return "\(Figures.number(lower)) … \(Figures.number(upper))"
    }

    private static func bounds(_ lower: Double, _ upper: Double) -> String {
        "\(Figures.number(lower, decimals: 3)) … \(Figures.number(upper, decimals: 3))"
    }
}
