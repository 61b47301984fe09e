import MartletCore
import MartletReleases
import MartletTracking

/// The endpoints, each with its split and what is being released there.
struct EndpointsPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let deployments = try await self.context.deployments.snapshot().deployments
            .filter { self.visit.visitor?.reads(.endpoint($0.endpoint)) ?? true }
            .sorted { $0.endpoint < $1.endpoint }
        let open = try await self.context.releases?.store.openRuns() ?? []
        let rows = deployments.map { deployment -> View in
            var row: View = [
                "endpoint": deployment.endpoint, "endpointAddress": Address.of("endpoints", deployment.endpoint),
                "version": deployment.version.description,
                "versionAddress": ModelsPage.address(deployment.version.model, deployment.version.number),
                "splitMarkup": SplitBar(parts: deployment.traffic.answering.map { ($0.name, $0.weight) }).markup(),
                "splitText": deployment.traffic.answering.filter { $0.weight > 0 }
                    .map { "\($0.name) \(SplitBar.percent($0.weight))" }.joined(separator: " · "),
                "changed": self.visit.figures.view(deployment.author.at),
            ]
            if let run = open.first(where: { $0.run.endpoint == deployment.endpoint })?.run {
                row["open"] = ReleaseBadge.view(run, self.visit)
            }
            return row
        }
        return ConsolePage(
            template: "endpoints",
            title: self.visit.words["endpoints"],
            section: .endpoints,
            view: ["rows": rows, "hasRows": !rows.isEmpty]
        )
    }
}
