import Foundation
import MartletCore

/// The copy of a workspace that a simulation lives in: its files, and nothing that happened in it.
///
/// Generated requests never come into the log of a workspace that answers real ones.
struct SimulatedCopy {
    private let workspace: Workspace

    init(of workspace: Workspace) { self.workspace = workspace }

    /// Makes the copy in `folder`.
    ///
    /// - Throws: `CommandError` with `simulation.invalid` where stores lie outside the workspace, and with
    ///   `workspace.folderNotEmpty` when the folder holds anything.
    func make(in folder: URL) throws {
        try self.checkStores()
        let manager = FileManager.default
        let source = self.workspace.folder.standardizedFileURL
        guard !(folder.standardizedFileURL.path + "/").hasPrefix(source.path + "/") else {
            throw CommandError(
                .simulationInvalid,
                "'\(folder.path)' lies in the workspace that is copied; name a folder beside it",
                status: .invalid
            )
        }
        if let first = ((try? manager.contentsOfDirectory(atPath: folder.path)) ?? []).sorted().first {
            throw CommandError(
                .workspaceFolderNotEmpty,
                "a simulation makes a copy of the workspace, and '\(folder.path)' is not empty (it holds '\(first)'); "
                    + "name a new or empty folder",
                status: .invalid
            )
        }
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        let stores = self.workspace.storeFolder.standardizedFileURL.path
        for name in try manager.contentsOfDirectory(atPath: source.path).sorted() {
            let path = source.appending(path: name).standardizedFileURL
            guard ![".git", ".martlet"].contains(name), path.path != stores else { continue }
            try manager.copyItem(at: path, to: folder.appending(path: name))
        }
    }

    private func checkStores() throws {
        let stores = self.workspace.environment.stores
        let isShared = stores.root.hasPrefix("/") || stores.root.contains("..") || stores.metadata.url != nil
        guard isShared || stores.artifacts != nil else { return }
        throw CommandError(
            .simulationInvalid,
            "a simulation never writes where real requests are kept, and the environment "
                + "'\(self.workspace.environmentName)' keeps its stores outside the workspace's folder; choose another "
                + "with MARTLET_ENV",
            status: .invalid
        )
    }
}
