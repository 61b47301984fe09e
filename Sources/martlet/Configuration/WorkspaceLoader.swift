import Foundation
import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletRetraining
import MartletTraining

/// Finds a workspace and reads all of its files, so that a user sees every fault at once.
struct WorkspaceLoader {
    /// Values for `${NAME}`.
    let environment: [String: String]

    /// Reads the workspace in `folder`, or the one around the current folder.
    ///
    /// - Throws: `CommandError` with `workspace.notFound`, or ``WorkspaceInvalid`` with all faults.
    func load(_ folder: String?) throws -> Workspace {
        let (workspace, diagnostics) = try self.read(folder)
        guard let workspace, !diagnostics.contains(where: { $0.severity == .error }) else {
            throw WorkspaceInvalid(diagnostics: diagnostics)
        }
        return workspace
    }

    /// Reads as much as can be read, with the faults.
    ///
    /// - Returns: no workspace when `martlet.yaml` itself cannot be read.
    func read(_ folder: String?) throws -> (Workspace?, [Diagnostic]) {
        let root = try self.find(folder)
        let context = DocumentContext()
        let bare = self.document(root, Workspace.fileName, in: context, variables: self.environment) {
            $0.emptyingUnset(under: "environments", except: self.environmentName, in: self.environment)
        }
        guard let (document, _) = bare else { return (nil, context.diagnostics) }
        let configuration = WorkspaceConfiguration.read(document, in: context)
        let variables = self.variables(of: configuration)
        let name = self.environmentName
        let chosen = self.chosenEnvironment(name, of: configuration, in: context)
        let workspace = Workspace(
            folder: root,
            environmentName: name,
            configuration: configuration,
            environment: chosen,
            sources: self.files(root, "sources", SourceDefinition.self, in: context, variables: variables),
            features: self.files(root, "features", FeatureFile.self, in: context, variables: variables),
            recipes: self.files(root, "recipes", Recipe.self, in: context, variables: variables),
            releases: self.files(root, "releases", ReleasePlan.self, in: context, variables: variables),
            labels: self.files(root, "labels", LabelDefinition.self, in: context, variables: variables),
            retraining: self.files(root, "retraining", RetrainingPlan.self, in: context, variables: variables),
            pipelines: self.files(root, "pipelines", Pipeline.self, in: context, variables: variables),
            policy: self.policy(root, in: context, variables: variables),
            simulations: self.files(root, "simulations", SimulationPlan.self, in: context, variables: variables)
        )
        return (workspace, context.diagnostics)
    }

    /// The environment that `MARTLET_ENV`, then `APP_ENV` names, else `local`.
    var environmentName: String {
        [self.environment["MARTLET_ENV"], self.environment["APP_ENV"]].compactMap(\.self).first { !$0.isEmpty }
            ?? "local"
    }

    /// The folder of the workspace: `folder`, or the nearest one upwards from the current folder.
    private func find(_ folder: String?) throws -> URL {
        let manager = FileManager.default
        if let folder {
            let url = URL(filePath: folder).standardizedFileURL
            guard manager.fileExists(atPath: url.appending(path: Workspace.fileName).path) else {
                throw CommandError(
                    .workspaceNotFound,
                    "looked for a workspace in '\(folder)', but there is no \(Workspace.fileName); "
                        + "make one with: martlet new workspace \(folder)",
                    status: .invalid
                )
            }
            return url
        }
        var url = URL(filePath: manager.currentDirectoryPath).standardizedFileURL
        while true {
            if manager.fileExists(atPath: url.appending(path: Workspace.fileName).path) { return url }
            let parent = url.deletingLastPathComponent().standardizedFileURL
            if parent.path == url.path { break }
            url = parent
        }
        throw CommandError(
            .workspaceNotFound,
            "looked for \(Workspace.fileName) in this folder and above it and found none; go to a workspace, name one "
                + "with --workspace, or make one with: martlet new workspace DIR",
            status: .invalid
        )
    }

    private func chosenEnvironment(
        _ name: String,
        of configuration: WorkspaceConfiguration,
        in context: DocumentContext
    ) -> EnvironmentConfiguration {
        if let entry = configuration.environments.entries.first(where: { $0.name == name }) { return entry.value }
        if configuration.environments.entries.isEmpty, name == "local" { return .placeholder }
        let names = configuration.environments.entries.map(\.name)
        context.report(
            .error,
            .workspaceUnknownName,
            "environment '\(name)' is not declared; environments: \(names.sorted().joined(separator: ", "))."
                + NearestName.suggestion(name, among: names),
            at: SourceLocation(file: Workspace.fileName, line: 1, column: 1)
        )
        return .placeholder
    }

    /// The process's environment over the workspace's own `variables`.
    private func variables(of configuration: WorkspaceConfiguration) -> [String: String] {
        let own = configuration.variables.entries.map { ($0.name, $0.value.text) }
        return Dictionary(own) { first, _ in first }.merging(self.environment) { _, theirs in theirs }
    }

    private func files<Definition: DocumentValue & Sendable>(
        _ root: URL,
        _ folder: String,
        _ type: Definition.Type,
        in context: DocumentContext,
        variables: [String: String]
    ) -> [Workspace.File<Definition>] {
        let path = root.appending(path: folder).path
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }
        return names.sorted()
            .compactMap { name in
                let relative = "\(folder)/\(name)"
                return self.document(root, relative, in: context, variables: variables)
                    .map { document, text in
                        Workspace.File(path: relative, definition: type.read(document, in: context), text: text)
                    }
            }
    }

    private func policy(
        _ root: URL,
        in context: DocumentContext,
        variables: [String: String]
    ) -> Workspace.File<AlertPolicy>? {
        let name = "slo.yaml"
        guard FileManager.default.fileExists(atPath: root.appending(path: name).path) else { return nil }
        return self.document(root, name, in: context, variables: variables)
            .map { Workspace.File(path: name, definition: AlertPolicy.read($0, in: context), text: $1) }
    }

    private func document(
        _ root: URL,
        _ path: String,
        in context: DocumentContext,
        variables: [String: String],
        prepare: (Document) -> Document = { $0 }
    ) -> (Document, String)? {
        guard let data = FileManager.default.contents(atPath: root.appending(path: path).path) else {
            let place = SourceLocation(file: path, line: 1, column: 1)
            context.report(.error, .documentSyntax, "cannot be read; check that it is a file you may read", at: place)
            return nil
        }
        let text = String(decoding: data, as: UTF8.self)
        return Document.parse(yaml: text, file: path, in: context)
            .map { (prepare($0).substituting(variables, in: context), text) }
    }
}
