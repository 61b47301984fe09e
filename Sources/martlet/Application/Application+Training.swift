import Foundation
import MartletCore
import MartletEngines
import MartletMonitoring
import MartletStores
import MartletTracking
import MartletTraining

extension Application {
    /// The recipe named by its file or by its name.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func recipe(file: String?, name: String?) throws -> Workspace.File<Recipe> {
        let recipes = self.workspace.recipes
        if let name {
            if let found = recipes.first(where: { $0.definition.name == name }) { return found }
            let hint = WorkspaceChecker.hint(name, recipes.map(\.definition.name))
            throw CommandError(.workspaceUnknownName, "there is no recipe '\(name)'.\(hint)", status: .invalid)
        }
        let path = file ?? ""
        let absolute = URL(filePath: path).standardizedFileURL.path
        if let found = recipes.first(where: { $0.path == path || self.workspace.resolve($0.path).path == absolute }) {
            return found
        }
        throw CommandError(
            .workspaceUnknownName,
            "the workspace has no recipe file '\(path)'." + WorkspaceChecker.hint(path, recipes.map(\.path)),
            status: .invalid
        )
    }

    /// Trains a recipe and registers its best version when every gate passes.
    ///
    /// `effect` names the step of a job that asks, of which one version is registered however often it is done. Nothing
    /// is registered when `beforeRegistering` throws.
    func train(
        _ file: Workspace.File<Recipe>,
        by actor: String,
        effect: String? = nil,
        beforeRegistering: @escaping @Sendable () async throws -> Void = {},
        onEvent: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws -> TrainingReport {
        let (folder, clock) = (self.workspace.folder, self.clock)
        let service = TrainingService(
            offline: self.offline(),
            tracking: try self.tracking(),
            registry: try self.registry(),
            artifacts: try self.artifacts(),
            snapshots: FileSnapshotStore(root: self.statePath("snapshots")),
            trainer: NativeModelTrainer(locator: self.locator),
            coreCount: ProcessInfo.processInfo.activeProcessorCount,
            context: TrainingContext(
                user: actor,
                now: { clock.now },
                gitCommit: { GitProgram.commit(of: folder) },
                process: ProcessName.own,
                isAlive: ProcessName.isAlive,
                effect: effect,
                beforeRegistering: beforeRegistering
            )
        )
        let began = ContinuousClock.now
        let report = try await service.train(
            file.definition,
            recipeHash: Recipe.hash(ofText: file.text),
            catalog: try self.catalog(),
            onEvent: onEvent
        )
        await self.note(
            DataAttempt(
                subject: "recipe:\(file.definition.name)",
                at: self.clock.now,
                outcome: report.version == nil ? .refused : .fresh,
                rowCount: report.rowCount,
                seconds: (ContinuousClock.now - began) / .seconds(1)
            )
        )
        return report
    }
}

/// Names a process so that a later one can tell whether it still runs.
enum ProcessName {
    /// The host and the number of this process.
    static var own: String {
        "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// Whether the process of that name runs; one on another host is taken to run.
    static func isAlive(_ name: String) -> Bool {
        let parts = name.split(separator: ":").map(String.init)
        guard parts.count == 2, parts[0] == ProcessInfo.processInfo.hostName, let number = Int32(parts[1]) else {
            return true
        }
        return kill(number, 0) == 0 || errno == EPERM
    }
}
