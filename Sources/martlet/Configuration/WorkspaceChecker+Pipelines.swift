import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletRetraining
import MartletTraining

extension WorkspaceChecker {
    /// Checks that the steps of pipelines name what the workspace has.
    func checkPipelines(_ catalog: FeatureCatalog, in context: DocumentContext) {
        var seen: [String: String] = [:]
        for file in self.workspace.pipelines {
            let pipeline = file.definition
            let place = SourceLocation(file: file.path, line: 1, column: 1)
            if let earlier = seen.updateValue(file.path, forKey: pipeline.name) {
                let message = "pipeline '\(pipeline.name)' is declared in \(earlier) already; rename one"
                context.report(.error, .documentDuplicateKey, message, at: place)
            }
            for step in pipeline.steps {
                let location = pipeline.stepLocations[step.name] ?? place
                switch step.work {
                case .ingest(let names):
                    let known = self.workspace.sources.map(\.definition.name)
                    self.check(names, "source", known, location, in: context)
                case .materialize(let names):
                    self.check(names, "feature view", catalog.views.map(\.name), location, in: context)
                case .train(let name):
                    let known = self.workspace.recipes.map(\.definition.name)
                    self.check([name], "recipe", known, location, in: context)
                case .retrain(let name), .retrainNow(let name):
                    let plans = self.workspace.retraining.map(\.definition)
                    let known = plans.map(\.name) + plans.map(\.recipe.value)
                    self.check([name], "retraining plan", known, location, in: context)
                case .command: break
                }
            }
        }
    }

    private func check(
        _ names: [String],
        _ kind: String,
        _ known: [String],
        _ location: SourceLocation,
        in context: DocumentContext
    ) {
        for name in names where !known.contains(name) {
            let message = "there is no \(kind) '\(name)'." + Self.hint(name, known)
            context.report(.error, .workspaceUnknownName, message, at: location)
        }
    }
}
