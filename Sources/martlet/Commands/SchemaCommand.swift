import ArgumentParser
import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletRetraining
import MartletTraining

/// `martlet schema KIND`.
struct SchemaCommand: AsyncParsableCommand {
    /// The kinds of files of a workspace.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case workspace, source, features, recipe, release, labels, retraining, repairs, pipeline, simulation, slo

        var schema: JSONValue {
            switch self {
            case .workspace: WorkspaceConfiguration.schema
            case .source: SourceDefinition.schema
            case .features: FeatureFile.schema
            case .recipe: Recipe.schema
            case .release: ReleasePlan.schema
            case .labels: LabelDefinition.schema
            case .retraining: RetrainingPlan.schema
            case .repairs: RepairFile.schema
            case .pipeline: Pipeline.schema
            case .simulation: SimulationPlan.schema
            case .slo: AlertPolicy.schema
            }
        }

        var title: String {
            switch self {
            case .workspace: "martlet.yaml: environments and endpoints"
            case .source: "sources/*.yaml: where raw data comes from and what it must be"
            case .features: "features/*.yaml: entities, feature views, feature services"
            case .recipe: "recipes/*.yaml: how a model is trained and judged"
            case .release: "releases/*.yaml: how a new version comes to an endpoint"
            case .labels: "labels/*.yaml: how what came of predictions becomes a table to learn from"
            case .retraining: "retraining/*.yaml: when a recipe is trained again, and what follows"
            case .repairs: "a file for martlet quarantine repair --rules"
            case .pipeline: "pipelines/*.yaml: what is done by itself, and when"
            case .simulation: "simulations/*.yaml: the world that martlet simulate lets a workspace live in"
            case .slo: "slo.yaml: what is promised, who is told of it and when, and what is done"
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of a kind of file, for editors.",
        discussion: """
            The schema (draft 2020-12) is made from the code that reads the files, so both agree.

            Examples:
              martlet schema recipe > .schemas/recipe.json
              # then, at the top of a recipe:
              # yaml-language-server: $schema=../.schemas/recipe.json
            """
    )

    @Argument(help: "One of \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: Kind

    func run() async throws {
        guard case .object(var members) = self.kind.schema else { return }
        members["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        members["title"] = .string(self.kind.title)
        Terminal().line(JSONValue.object(members).prettyText)
    }
}
