import MartletStores
import Synchronization

/// The metadata database of a workspace, opened on first use and shared by every store that lives in it.
final class MetadataHandle: Sendable {
    private let path: String
    private let opened = Mutex<MetadataDatabase?>(nil)

    /// Names the file; nothing is opened.
    init(path: String) { self.path = path }

    /// The database; the first call opens it and brings its schema up to date.
    func database() throws -> MetadataDatabase {
        try self.opened.withLock { opened in
            if let opened { return opened }
            let database = try MetadataDatabase(path: self.path)
            opened = database
            return database
        }
    }
}
