import MartletCore
import MartletTracking

/// One registered model and its versions.
struct ModelPage: Sendable {
    static let pageSize = 100

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let words = self.visit.words
        let name = self.visit.component(1)
        guard let model = try await self.context.registry.model(named: name) else {
            throw ConsoleProblem.missing(words, "missing.model", name)
        }
        let versions = try await self.context.registry.versions(of: name)
        let paging = Paging(self.visit, size: Self.pageSize, count: versions.count, path: Address.of("models", name))
        let live = try await self.context.deployments.snapshot().deployments.filter { $0.version.model == name }
        var metrics: [String: [String: Metric]] = [:]
        let shown = versions.dropFirst(paging.offset).prefix(Self.pageSize)
        for id in Set(shown.compactMap(\.runID)) {
            metrics[id.description] = try await self.context.readableRun(id)?.metrics
        }
        let columns = self.columns(metrics.values.map { $0 })
        return ConsolePage(
            template: "model",
            title: name,
            section: .models,
            view: [
                "modelName": name,
                "descriptionMarkup": model.description.isEmpty ? nil : MarkdownHTML.markup(model.description),
                "created": self.visit.figures.view(model.createdAt),
                "tags": model.tags.sorted { $0.key < $1.key }.map { ["key": $0.key, "value": $0.value] as View },
                "metricHeads": columns,
                "rows": shown.map { self.row($0, columns, metrics, live) }, "hasRows": !shown.isEmpty,
                "paging": paging.view,
                "endpoints": live.map { deployment -> View in
                    [
                        "endpoint": deployment.endpoint, "endpointVersion": String(deployment.version.number),
                        "since": self.visit.figures.view(deployment.author.at),
                        "endpointVersionAddress": ModelsPage.address(name, deployment.version.number),
                    ]
                },
                "hasEndpoints": !live.isEmpty,
                "ledgerAddress": FormText().setting("subject", "model:" + name).after(Address.of("ledger")),
            ]
        )
    }

    /// The metrics by which versions are told apart: up to four of the test set, or of whatever there is.
    private func columns(_ metrics: [[String: Metric]]) -> [String] {
        let runs = metrics.enumerated()
            .map { index, metrics in
                Run(
                    id: .zero,
                    experimentID: "",
                    name: "\(index)",
                    user: "",
                    startedAt: .init(microseconds: 0),
                    metrics: metrics
                )
            }
        return RunColumns(runs, chosen: []).shown
            .compactMap { column in if case .metric(let name) = column { name } else { nil } }
    }

    private func row(
        _ version: ModelVersion,
        _ columns: [String],
        _ metrics: [String: [String: Metric]],
        _ live: [Deployment]
    ) -> View {
        let own = version.runID.flatMap { metrics[$0.description] } ?? [:]
        var view = VersionBadge.view(version, self.visit)
        view["metricCells"] = columns.map { name -> View in
            let decimals = Figures.decimals(for: metrics.values.compactMap { $0[name]?.value })
            return [
                "text": own[name].map { Figures.number($0.value, decimals: decimals) } ?? "", "cellClass": "number",
            ]
        }
        view["decidedBy"] = version.approval.decision?.actor
        view["liveAt"] = live.filter { $0.version == version.id }.map { ["endpoint": $0.endpoint] as View }
        if let run = version.runID {
            view["runShort"] = run.short
            view["runAddress"] = Address.of("runs", run.description)
        }
        return view
    }
}

extension RunID {
    /// An id that no run has.
    fileprivate static var zero: RunID { RunID(String(repeating: "0", count: 32)) ?? .random() }
}
