import Foundation
import MartletCore
import MartletFeatures
import MartletIngest
import MartletMonitoring
import MartletRetraining
import MartletTraining

extension WorkspaceChecker {
    /// Checks that `slo.yaml` names what the workspace has.
    func checkPolicy(_ catalog: FeatureCatalog, in context: DocumentContext) {
        guard let policy = self.workspace.policy?.definition else { return }
        let data = self.workspace.sources.map(\.definition.name) + catalog.views.map(\.name)
        for (name, location) in policy.freshnessLocations.sorted(by: { $0.key < $1.key }) where !data.contains(name) {
            let message = "there is no source or feature view '\(name)'." + Self.hint(name, data)
            context.report(.error, .workspaceUnknownName, message, at: location)
        }
        let alerts = AlertRule.allCases.map(\.rawValue)
        let plans =
            self.workspace.retraining.map(\.definition.name) + self.workspace.recipes.map(\.definition.name)
        policy.routing.check(
            endpoints: self.workspace.configuration.endpoints.entries.map(\.name),
            alerts: alerts,
            in: context
        )
        for channel in policy.routing.channels {
            guard let file = channel.caFile else { continue }
            let path = URL(filePath: file, relativeTo: self.workspace.folder).path
            guard !FileManager.default.isReadableFile(atPath: path) else { continue }
            context.report(
                .error,
                .documentInvalidValue,
                "'ca_file' of the channel '\(channel.name)' names '\(file)', which cannot be read; name a file in PEM, from "
                    + "the workspace's folder",
                at: channel.location
            )
        }
        policy.actions.check(policy.routing, alerts: alerts, plans: plans, in: context)
    }
}
