import MartletCore
import MartletReleases
import MartletTracking

/// How often versions go live, how surely, how fast back, and how much of it by itself.
struct IndicatorsPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        let reader = IndicatorReader(context: self.context, now: self.visit.now)
        let figures = try await reader.indicators()
        let ended = try await self.context.releases?.store.runs(of: nil, limit: 200).map(\.run)
            .filter { $0.isFinal && $0.kind == "release" && $0.phaseSince >= self.visit.now - IndicatorReader.window }
            .filter { self.visit.visitor?.reads(.endpoint($0.endpoint)) ?? true }
        let rows = (ended ?? []).prefix(20).map { ReleaseBadge.view($0, self.visit).merging(["endpoint": $0.endpoint]) }
        return ConsolePage(
            template: "indicators",
            title: self.words["indicators"],
            section: .overview,
            view: [
                "tabs": OverviewPage.tabs(isIndicators: true, self.words), "tiles": self.tiles(figures),
                "rows": Array(rows), "hasRows": !rows.isEmpty,
            ]
        )
    }

    private func tiles(_ figures: DeliveryIndicators) -> [View] {
        let duration: (Double) -> String = { self.visit.figures.duration($0) }
        return [
            self.tile(
                "frequency",
                Figures.number(figures.perWeek, decimals: 1),
                self.words(
                    "indicators.deployments",
                    Figures.count(figures.deployments),
                    Figures.count(figures.directDeployments)
                )
            ),
            self.tile(
                "success",
                figures.successShare.map(Figures.share) ?? "–",
                self.words("indicators.endings", Figures.count(figures.completed), Figures.count(figures.rolledBack))
            ),
            self.tile(
                "rollback",
                figures.rollbackMedianSeconds.map(duration) ?? "–",
                figures.rollbackLongestSeconds.map { self.words("indicators.longest", duration($0)) }
                    ?? self.words["indicators.noRollback"]
            ),
            self.tile(
                "automation",
                figures.automationShare.map(Figures.share) ?? "–",
                self.words(
                    "indicators.own",
                    Figures.count(figures.jobsByThemselves),
                    Figures.count(figures.jobsByThemselves + figures.jobsByPerson),
                    Figures.count(figures.releasesByRule),
                    Figures.count(figures.releasesByRule + figures.releasesByPerson)
                )
            ),
        ]
    }

    private func tile(_ name: String, _ value: String, _ note: String) -> View {
        ["tileTitle": self.words["indicators." + name], "tileValue": value, "tileNote": note, "tileName": name]
    }
}
