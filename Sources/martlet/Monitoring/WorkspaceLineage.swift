import Foundation
import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletMonitoring
import MartletServing
import MartletTracking

/// What is made from what in a workspace: from sources over pipelines and feature views to the endpoints that are live.
struct WorkspaceLineage: Sendable {
    private let application: Application
    /// The inputs that each version takes from features, by view; they never change.
    private var features: [ModelVersionID: [String: [String]]] = [:]

    /// Reads the definitions of `application`.
    init(_ application: Application) { self.application = application }

    /// The graph as definitions and deployments are now; a version that cannot be read is left out.
    mutating func graph(_ pipelines: [Pipeline]) async throws -> LineageGraph {
        let deployments = try await self.application.deployments().snapshot().deployments
        return try await self.graph(pipelines, deployments)
    }

    /// The graphs from `begin` to `end`, by what was live then; definitions are those of now.
    mutating func past(
        _ pipelines: [Pipeline],
        from begin: EventTime,
        to end: EventTime
    ) async throws -> PastLineage {
        var histories: [[Deployment]] = []
        for endpoint in self.application.workspace.configuration.endpoints.entries.map(\.name) {
            histories.append(try await self.application.deployments().history(of: endpoint, limit: 1_000))
        }
        let changes = histories.flatMap { $0.map(\.author.at) }.filter { $0 > begin && $0 <= end }
        var stretches: [PastLineage.Stretch] = []
        for moment in Set(changes + [begin]).sorted() {
            let live = histories.compactMap { history in
                history.filter { $0.author.at <= moment }.max { $0.author.at < $1.author.at }
            }
            stretches.append(PastLineage.Stretch(since: moment, graph: try await self.graph(pipelines, live)))
        }
        return PastLineage(stretches)
    }

    private mutating func graph(_ pipelines: [Pipeline], _ deployments: [Deployment]) async throws -> LineageGraph {
        var graph = LineageGraph()
        let sources = self.application.workspace.sources.map(\.definition)
        let views = try self.application.catalog().views
        for view in views {
            for source in sources where view.source.reads(source.name) {
                graph.connect("source:\(source.name)", to: "view:\(view.name)")
            }
        }
        // A source that is checked against another, or comes from a table of one, is left to its own rules.
        for pipeline in pipelines {
            let node = "pipeline:\(pipeline.name)"
            for step in pipeline.steps {
                switch step.work {
                case .ingest(let names):
                    for name in names.isEmpty ? sources.map(\.name) : names {
                        graph.connect("source:\(name)", to: node)
                        graph.connect(node, to: "source:\(name)")
                    }
                case .materialize(let names):
                    for name in names.isEmpty ? views.map(\.name) : names { graph.connect(node, to: "view:\(name)") }
                case .train, .retrain, .retrainNow, .command: break
                }
            }
        }
        for deployment in deployments {
            for variant in deployment.traffic.answering {
                let model = "model:\(variant.version)"
                graph.connect(model, to: "endpoint:\(deployment.endpoint)")
                for (view, features) in await self.features(of: variant.version) {
                    graph.connect("view:\(view)", to: model)
                    graph.read(features, of: view, at: deployment.endpoint)
                }
            }
        }
        return graph
    }

    private mutating func features(of version: ModelVersionID) async -> [String: [String]] {
        if let known = self.features[version] { return known }
        guard let registered = try? await self.application.registry().version(version),
            let manifest = try? await self.application.manifest(of: registered)
        else { return [:] }
        var features: [String: [String]] = [:]
        for input in manifest.inputs {
            if case .feature(let view, _) = input.source { features[view, default: []].append(input.name) }
        }
        self.features[version] = features
        return features
    }
}

extension FeatureSource {
    /// Whether its rows come from the table `name`; in SQL the name stands as a word.
    func reads(_ name: String) -> Bool {
        switch self {
        case .table(let table): table == name
        case .sql(let sql):
            sql.split { !($0.isLetter || $0.isNumber || $0 == "_") }
                .contains { $0.caseInsensitiveCompare(name) == .orderedSame }
        }
    }
}
