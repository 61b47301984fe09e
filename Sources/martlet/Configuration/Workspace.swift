import Foundation
import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletRetraining
import MartletTraining

/// A workspace as read: its configuration and every definition, valid in themselves.
///
/// References between files are checked by ``WorkspaceChecker``.
struct Workspace: Sendable {
    /// A definition and the file it stands in, relative to the workspace.
    struct File<Definition: Sendable>: Sendable {
        let path: String
        let definition: Definition
        /// The bytes of the file, for hashes.
        let text: String
    }

    /// The folder, absolute.
    let folder: URL
    /// The environment in use, such as `local`.
    let environmentName: String
    let configuration: WorkspaceConfiguration
    let environment: EnvironmentConfiguration
    let sources: [File<SourceDefinition>]
    let features: [File<FeatureFile>]
    let recipes: [File<Recipe>]
    let releases: [File<ReleasePlan>]
    let labels: [File<LabelDefinition>]
    let retraining: [File<RetrainingPlan>]
    let pipelines: [File<Pipeline>]
    /// What `slo.yaml` says; `nil` without the file.
    let policy: File<AlertPolicy>?
    let simulations: [File<SimulationPlan>]
    /// Where `martlet.yaml` stands.
    static let fileName = "martlet.yaml"

    /// Who is told of what, and when; the defaults without a file.
    var alertPolicy: AlertPolicy { self.policy?.definition ?? .standard }

    /// What is promised: by `slo.yaml`, else by `monitoring:` of `martlet.yaml`, else by default.
    var objectives: ServiceObjectives { self.alertPolicy.objectives(over: self.configuration.monitoring.objectives) }

    /// The folder of the stores, absolute.
    var storeFolder: URL { self.resolve(self.environment.stores.root) }

    /// A path of a definition, taken relative to the workspace.
    func resolve(_ path: String) -> URL {
        path.hasPrefix("/") ? URL(filePath: path) : self.folder.appending(path: path).standardizedFileURL
    }

    /// A path shown to a person: relative to the workspace when it lies in it.
    func display(_ path: String) -> String {
        let prefix = self.folder.path + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
