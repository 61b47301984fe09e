import MartletCore
import MartletEngines
import MartletFeatures
import MartletIngest
import MartletReleases
import MartletRetraining
import MartletTracking
import MartletTraining

/// Checks what no file shows alone: that names lead somewhere, that SQL prepares, and that types agree.
///
/// No data is read: SQL is prepared against empty tables in memory, made from the source schemas.
struct WorkspaceChecker {
    let workspace: Workspace
    let locator: EngineLocator

    /// What was found, and how many definitions and queries were checked.
    struct Result: Sendable {
        let diagnostics: [Diagnostic]
        let queryCount: Int
        let catalog: FeatureCatalog
    }

    /// Checks everything.
    func check() -> Result {
        let context = DocumentContext()
        self.checkNames(in: context)
        let catalog = FeatureCatalog.build(self.workspace.features.map(\.definition), in: context)
        self.checkRecipes(catalog, in: context)
        self.checkEndpoints(in: context)
        self.checkReleases(in: context)
        let labels = self.checkLabels(catalog, in: context)
        self.checkRetraining(in: context)
        self.checkPipelines(catalog, in: context)
        self.checkPolicy(catalog, in: context)
        self.checkSimulations(in: context)
        var queryCount = 0
        do {
            let tables = try EmptyTables(
                self.workspace.sources.map(\.definition),
                labels: labels,
                locator: self.locator
            )
            var check = QueryCheck(workspace: self.workspace, catalog: catalog, tables: tables, context: context)
            check.run()
            queryCount = check.queryCount
            self.checkUse(catalog, usedTables: check.usedTables, in: context)
        } catch {
            context.report(
                .warning,
                .workspaceInvalidSQL,
                "SQL was not checked: \(readableMessage(of: error))",
                at: nil
            )
        }
        return Result(diagnostics: context.diagnostics, queryCount: queryCount, catalog: catalog)
    }

    private func checkNames(in context: DocumentContext) {
        var sources: [String: String] = [:]
        for file in self.workspace.sources {
            self.report(repeated: file.definition.name, "source", file.path, &sources, in: context)
        }
        var recipes: [String: String] = [:]
        for file in self.workspace.recipes {
            self.report(repeated: file.definition.name, "recipe", file.path, &recipes, in: context)
        }
        var releases: [String: String] = [:]
        for file in self.workspace.releases {
            self.report(repeated: file.definition.name, "release plan", file.path, &releases, in: context)
        }
    }

    private func checkReleases(in context: DocumentContext) {
        let endpoints = self.workspace.configuration.endpoints.entries.map(\.name)
        for file in self.workspace.releases {
            let plan = file.definition
            let place = SourceLocation(file: file.path, line: 1, column: 1)
            if !endpoints.contains(plan.endpoint) {
                let message = "\(Workspace.fileName) declares no endpoint '\(plan.endpoint)'."
                context.report(
                    .error,
                    .workspaceUnknownName,
                    message + Self.hint(plan.endpoint, endpoints),
                    at: place
                )
            }
            if let requests = plan.health.file {
                do throws(TrackingError) {
                    _ = try ReleaseTrial.requests(self.workspace.resolve(requests), named: requests)
                } catch {
                    context.report(.error, .workspaceInvalid, error.message, at: place)
                }
            }
        }
    }

    func report(
        repeated name: String,
        _ kind: String,
        _ path: String,
        _ seen: inout [String: String],
        in context: DocumentContext
    ) {
        if let earlier = seen[name] {
            let message = "\(kind) '\(name)' is declared in \(earlier) already; rename one"
            let place = SourceLocation(file: path, line: 1, column: 1)
            context.report(.error, .documentDuplicateKey, message, at: place)
        }
        seen[name] = path
    }

    private func checkRecipes(_ catalog: FeatureCatalog, in context: DocumentContext) {
        let services = catalog.services.map(\.name)
        for file in self.workspace.recipes {
            guard let service = file.definition.featureService, !services.contains(service.value) else { continue }
            context.report(
                .error,
                .workspaceUnknownName,
                "there is no feature service '\(service.value)'." + Self.hint(service.value, services),
                at: service.location
            )
        }
    }

    private func checkEndpoints(in context: DocumentContext) {
        let models = self.workspace.recipes.map(\.definition.model)
        for entry in self.workspace.configuration.endpoints.entries {
            guard let model = entry.value.model, !models.contains(model.value) else { continue }
            context.report(
                models.isEmpty ? .warning : .error,
                .workspaceUnknownName,
                "endpoint '\(entry.name)' serves model '\(model.value)', which no recipe trains."
                    + Self.hint(model.value, models),
                at: model.location
            )
        }
    }

    /// Warns about definitions that nothing uses.
    private func checkUse(_ catalog: FeatureCatalog, usedTables: Set<String>, in context: DocumentContext) {
        let usedServices = Set(self.workspace.recipes.compactMap(\.definition.featureService?.value))
        if !self.workspace.recipes.isEmpty {
            for service in catalog.services where !usedServices.contains(service.name) {
                self.warn("feature service '\(service.name)' is used by no recipe", in: context)
            }
        }
        let usedViews = Set(catalog.services.flatMap { $0.views.map(\.name) })
        for view in catalog.views where !usedViews.contains(view.name) {
            self.warn("feature view '\(view.name)' belongs to no feature service", in: context)
        }
        guard !catalog.views.isEmpty || !self.workspace.recipes.isEmpty else { return }
        for file in self.workspace.sources where !usedTables.contains(file.definition.name) {
            let place = SourceLocation(file: file.path, line: 1, column: 1)
            let message = "source '\(file.definition.name)' is used by no feature view and no recipe"
            context.report(.warning, .workspaceUnused, message, at: place)
        }
    }

    private func warn(_ message: String, in context: DocumentContext) {
        context.report(.warning, .workspaceUnused, message, at: nil)
    }

    /// The nearest name, or all of them.
    static func hint(_ name: String, _ known: [String]) -> String {
        let near = NearestName.suggestion(name, among: known)
        if !near.isEmpty { return near }
        return known.isEmpty ? " None is declared." : " Known: \(Set(known).sorted().joined(separator: ", "))."
    }
}
