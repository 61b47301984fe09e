import MartletCore
import MartletIngest
import MartletReleases
import MartletTraining

extension WorkspaceChecker {
    /// Checks that the plans of simulations name what the workspace has.
    func checkSimulations(in context: DocumentContext) {
        var seen: [String: String] = [:]
        let recipes = self.workspace.recipes.map(\.definition)
        let sources = self.workspace.sources.map(\.definition)
        for file in self.workspace.simulations {
            let plan = file.definition
            self.report(repeated: plan.name, "simulation", file.path, &seen, in: context)
            let endpoints = self.workspace.configuration.endpoints.entries.map(\.name)
            self.check(plan.endpoint, "endpoint", endpoints, in: context)
            self.check(plan.recipe, "recipe", recipes.map(\.name), in: context)
            if let first = plan.first.recipe { self.check(first, "recipe", recipes.map(\.name), in: context) }
            let releases = self.workspace.releases.map(\.definition)
            self.check(plan.release, "release plan", releases.map(\.name), in: context)
            if let release = releases.first(where: { $0.name == plan.release.value }),
                release.endpoint != plan.endpoint.value
            {
                let message =
                    "release plan '\(release.name)' is for endpoint '\(release.endpoint)', not '\(plan.endpoint.value)'"
                context.report(.error, .workspaceInvalid, message, at: plan.release.location)
            }
            for entry in plan.arrivals.entries {
                let name = Located(entry.name, at: entry.location)
                self.check(name, "source", sources.map(\.name), in: context)
                guard let source = sources.first(where: { $0.name == entry.name }) else { continue }
                self.check(
                    entry.value.date,
                    "column of source '\(entry.name)'",
                    source.columns.map(\.name),
                    in: context
                )
            }
        }
    }

    private func check(_ name: Located<String>, _ kind: String, _ known: [String], in context: DocumentContext) {
        guard !known.contains(name.value) else { return }
        let message = "there is no \(kind) '\(name.value)'." + Self.hint(name.value, known)
        context.report(.error, .workspaceUnknownName, message, at: name.location)
    }
}
