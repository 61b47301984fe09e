import Foundation
import MartletCore
import MartletEngines
import MartletStores
import Synchronization

/// The metadata database of a workspace, opened on first use and shared by every store that lives in it.
final class MetadataHandle: Sendable {
    private let workspace: Workspace
    private let opened = Mutex<MetadataDatabase?>(nil)

    /// Uses what `workspace` names; nothing is opened.
    init(of workspace: Workspace) { self.workspace = workspace }

    /// The database; the first call opens it and brings its schema up to date.
    func database() throws -> MetadataDatabase {
        try self.opened.withLock { opened in
            if let opened { return opened }
            let database = try self.place().open()
            opened = database
            return database
        }
    }

    /// Where the database is.
    ///
    /// - Throws: `engine.notFound` when it is in PostgreSQL and libpq is missing.
    func place() throws -> MetadataPlace {
        let metadata = self.workspace.environment.stores.metadata
        guard let url = metadata.url else {
            return .file(path: self.workspace.storeFolder.appending(path: "metadata.sqlite").path)
        }
        let locator = EngineLocator.ofProcess()
        return .postgres(
            try PostgresAddress(url.text, locator: locator),
            schema: metadata.schemaName(ofWorkspace: self.workspace.configuration.name),
            connectionLimit: metadata.connectionLimit,
            locator: locator
        )
    }
}
