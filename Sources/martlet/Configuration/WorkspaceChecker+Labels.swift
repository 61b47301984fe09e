import MartletCore
import MartletFeatures
import MartletIngest
import MartletReleases
import MartletRetraining
import MartletTraining

extension WorkspaceChecker {
    /// Checks the rules of labels, and returns the tables they make.
    func checkLabels(_ catalog: FeatureCatalog, in context: DocumentContext) -> [LabelTable] {
        let endpoints = self.workspace.configuration.endpoints.entries.map(\.name)
        let sources = self.workspace.sources.map(\.definition.name)
        var seen: [String: String] = [:]
        var tables: [LabelTable] = []
        for file in self.workspace.labels {
            let definition = file.definition
            let place = SourceLocation(file: file.path, line: 1, column: 1)
            self.report(repeated: definition.name, "labels", file.path, &seen, in: context)
            if !endpoints.contains(definition.endpoint.value) {
                context.report(
                    .error,
                    .workspaceUnknownName,
                    "\(Workspace.fileName) declares no endpoint '\(definition.endpoint.value)'."
                        + Self.hint(definition.endpoint.value, endpoints),
                    at: definition.endpoint.location
                )
                continue
            }
            if sources.contains(definition.name) {
                let message = "labels '\(definition.name)' and a source would share one table; rename the labels"
                context.report(.error, .documentDuplicateKey, message, at: place)
                continue
            }
            do throws(RetrainingError) {
                tables.append(try self.workspace.labelTable(of: definition, catalog))
            } catch {
                context.report(.error, error.code, error.message, at: place)
            }
        }
        return tables
    }

    /// Checks that retraining plans name what is there.
    func checkRetraining(in context: DocumentContext) {
        let recipes = self.workspace.recipes.map(\.definition.name)
        let labels = self.workspace.labels.map(\.definition.name)
        let releases = self.workspace.releases.map(\.definition.name)
        var seen: [String: String] = [:]
        for file in self.workspace.retraining {
            let plan = file.definition
            self.report(repeated: plan.name, "retraining plan", file.path, &seen, in: context)
            let names: [(Located<String>?, String, [String])] = [
                (plan.recipe, "recipe", recipes), (plan.labels, "labels", labels),
                (plan.release, "release plan", releases),
            ]
            for (name, kind, known) in names {
                guard let name, !known.contains(name.value) else { continue }
                let found = kind == "labels" ? "there are no labels" : "there is no \(kind)"
                let message = "\(found) '\(name.value)'." + Self.hint(name.value, known)
                context.report(.error, .workspaceUnknownName, message, at: name.location)
            }
        }
    }
}

extension Workspace {
    /// The columns of the table that `definition` makes.
    ///
    /// - Throws: `labels.invalidColumns`.
    func labelTable(
        of definition: LabelDefinition,
        _ catalog: FeatureCatalog
    ) throws(RetrainingError) -> LabelTable {
        let endpoint = self.configuration.endpoints.entries.first { $0.name == definition.endpoint.value }
        let model = endpoint?.value.model?.value
        var keys: [Field] = []
        var features: [Field] = []
        for recipe in self.recipes.map(\.definition) where recipe.model == model {
            let service = catalog.services.first { $0.name == recipe.featureService?.value }
            keys += (service?.joinKeys ?? []).map { Field($0.name, $0.type) }
            // A recipe that has no columns to train is refused where recipes are checked.
            let columns = (try? TrainingService.columns(of: recipe, service: service)) ?? []
            features += columns.map { Field($0.name, $0.type) }
        }
        return try LabelTable(definition, keys: Self.firstOfEach(keys), features: Self.firstOfEach(features))
    }

    /// Several recipes of one model share columns.
    private static func firstOfEach(_ fields: [Field]) -> [Field] {
        var seen: Set<String> = []
        return fields.filter { seen.insert($0.name).inserted }
    }
}
