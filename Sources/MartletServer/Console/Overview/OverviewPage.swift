import MartletCore
import MartletIngest
import MartletMonitoring
import MartletTracking

/// Whether everything is well, what waits for whom, and what the endpoints do for the business.
struct OverviewPage: Sendable {
    static let liveInterval = 5_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        let overview = try await OverviewReader(context: self.context, words: self.words).overview()
        let deployed = Set(overview.deployments.map(\.endpoint))
        let business = overview.business.filter { deployed.contains($0.endpoint) || $0.predictions > 0 }
        var view: View = [
            "tabs": Self.tabs(isIndicators: false, self.words), "liveInterval": String(Self.liveInterval),
            "isWell": overview.isWell, "waiting": overview.waiting.prefix(100).map(self.row),
            "hasWaiting": !overview.waiting.isEmpty, "waitingCount": Figures.count(overview.waiting.count),
            "tiles": self.tiles(overview), "business": business.map(self.row), "hasBusiness": !business.isEmpty,
            "hasEndpoints": !overview.deployments.isEmpty, "dataFault": overview.dataFault,
        ]
        view["headText"] =
            overview.isWell
            ? self.words["overview.well"] : self.words("overview.unwell", Figures.count(overview.faultCount))
        if overview.deployments.isEmpty { view["steps"] = self.steps(overview) }
        return ConsolePage(template: "overview", title: self.words["overview"], section: .overview, view: view)
    }

    /// The two parts of the overview.
    static func tabs(isIndicators: Bool, _ words: Words) -> [View] {
        [
            ["tabTitle": words["overview.now"], "tabAddress": Address.root, "isCurrent": !isIndicators],
            [
                "tabTitle": words["indicators"], "tabAddress": Address.of("indicators"), "isCurrent": isIndicators,
            ],
        ]
    }

    private func row(_ item: WaitingItem) -> View {
        [
            "itemText": self.words["waiting.\(item.kind.rawValue)"], "itemStyle": item.kind.style,
            "itemName": item.name, "itemAddress": item.address, "itemDetail": item.detail,
            "itemWho": self.words["waiting.\(item.kind.rawValue).who"],
            "since": item.since.map { self.visit.figures.view($0) },
        ]
    }

    private func row(_ business: EndpointBusiness) -> View {
        let last = business.days.last
        return [
            "endpoint": business.endpoint, "endpointAddress": Address.of("endpoints", business.endpoint),
            "barsMarkup": DayBars(
                label: self.words("overview.bars", business.endpoint),
                days: business.days.map { ($0.date, $0.predictions) }
            )
            .markup(),
            "today": last.map { Figures.count($0.predictions) },
            "perDay": business.predictionsPerDay.map { Figures.number($0, decimals: $0 < 10 ? 1 : 0) },
            "contracts": Figures.count(business.contracts),
            "contractRate": business.contracts > 0 ? business.contractRate.map(Figures.share) : nil,
            "meanAmount": business.meanAmount.map { Figures.number($0) },
        ]
    }

    private func tiles(_ overview: OverviewReader.Overview) -> [View] {
        let out = overview.waiting.count { $0.kind == .outage }
        let endpoints = self.tile(
            "endpoints",
            Figures.count(overview.deployments.count),
            out > 0
                ? self.words("tile.out", Figures.count(out))
                : self.words("tile.releases", Figures.count(overview.openRuns.count)),
            out > 0 ? "bad" : "",
            Address.of("endpoints")
        )
        let models = self.tile(
            "models",
            Figures.count(overview.modelCount),
            self.words("models.waiting", Figures.count(overview.pendingCount)),
            overview.pendingCount > 0 ? "warn" : "",
            Address.of("models")
        )
        return [endpoints, models]
            + [
                self.pipelineTile(overview), self.dataTile(overview), self.alertTile(overview),
                self.qualityTile(overview),
            ]
            .compactMap(\.self)
    }

    private func pipelineTile(_ overview: OverviewReader.Overview) -> View? {
        guard self.context.jobs != nil else { return nil }
        let failed = overview.waiting.count { $0.kind == .job }
        return self.tile(
            "pipelines",
            Figures.count(overview.pipelineCount),
            failed > 0
                ? self.words("tile.failed", Figures.count(failed))
                : self.words("tile.running", Figures.count(overview.runningJobs)),
            failed > 0 ? "bad" : "",
            Address.of("pipelines")
        )
    }

    private func dataTile(_ overview: OverviewReader.Overview) -> View? {
        guard self.context.data != nil else { return nil }
        let held = overview.standings.map(\.held).reduce(0, +)
        let refused = overview.waiting.count { $0.kind == .refusal }
        return self.tile(
            "data",
            Figures.count(overview.sourceCount),
            refused > 0
                ? self.words("tile.refused", Figures.count(refused)) : self.words("data.heldRows", Figures.count(held)),
            refused > 0 ? "bad" : held > 0 ? "warn" : "",
            Address.of("data")
        )
    }

    private func alertTile(_ overview: OverviewReader.Overview) -> View? {
        guard self.context.alerts != nil else { return nil }
        let count = overview.firing.count
        let untaken = overview.waiting.count { $0.kind == .alert }
        return self.tile(
            "alerts",
            Figures.count(count),
            count > 0 ? self.words("tile.untaken", Figures.count(untaken)) : self.words["tile.calm"],
            untaken > 0 ? "bad" : count > 0 ? "warn" : "",
            Address.of("alerts")
        )
    }

    private func qualityTile(_ overview: OverviewReader.Overview) -> View? {
        guard !overview.monitored.isEmpty else { return nil }
        let drifted = overview.monitored.count { $0.drift.verdict == .drifted }
        return self.tile(
            "quality",
            Figures.count(overview.monitored.count),
            self.words("tile.drifted", Figures.count(drifted)),
            drifted > 0 ? "bad" : "",
            Address.of("quality")
        )
    }

    private func tile(_ title: String, _ value: String, _ note: String, _ style: String, _ address: String) -> View {
        [
            "tileTitle": self.words["tile." + title], "tileValue": value, "tileNote": note, "tileStyle": style,
            "tileAddress": address,
        ]
    }

    /// The way from an empty workspace to the first prediction, with what is done of it.
    private func steps(_ overview: OverviewReader.Overview) -> [View] {
        let hasModel = overview.modelCount > 0
        let isApproved = hasModel && overview.modelCount > overview.pendingCount
        let steps: [(String, String, Bool)] = [
            ("load", "martlet ingest", overview.standings.contains { $0.batches > 0 }),
            ("train", "martlet train --recipe RECIPE", hasModel),
            ("approve", "martlet models approve MODEL:1", isApproved),
            ("deploy", "martlet deploy ENDPOINT --model MODEL:1", false),
        ]
        return steps.map { name, command, isDone in
            ["stepText": self.words["start." + name], "command": command, "isDone": isDone]
        }
    }
}
