import Synchronization

/// An open DuckDB database: a file, or one in memory.
///
/// One process may write a file at a time; a second one is refused with `engine.databaseLocked`. The file is free again
/// when the database is closed and every connection is gone.
package final class DuckDBDatabase: Sendable {
    private let library: DuckDBLibrary
    private let path: String?
    /// The `duckdb_database`, as an address; 0 when closed.
    private let address: Mutex<UInt>

    /// Opens the database at `path`, made when it does not exist; `nil` is one in memory.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - readOnly: refuses every write; the file must exist.
    ///   - options: settings by DuckDB's names, such as `threads` or `memory_limit`.
    ///   - locator: where the library lies.
    /// - Throws: `engine.notFound`, `engine.unloadable`, `engine.wrongVersion`, `engine.databaseLocked`, `engine.failed`.
    package init(
        path: String?,
        readOnly: Bool = false,
        options: [String: String] = [:],
        locator: EngineLocator
    ) throws(EngineError) {
        let library = try DuckDBLibrary.load(locator)
        var settings = ["autoinstall_known_extensions": "false", "autoload_known_extensions": "false"]
        if readOnly { settings["access_mode"] = "READ_ONLY" }
        settings.merge(options) { _, given in given }
        var config: Handle?
        _ = library.createConfig(&config)
        defer { library.destroyConfig(&config) }
        for (name, value) in settings where library.setConfig(config, name, value) != 0 {
            throw EngineError(.engineBadInput, "DuckDB has no setting '\(name)', or it cannot take the value given")
        }
        var database: Handle?
        var message: UnsafeMutablePointer<CChar>?
        let state = library.open(path, &database, config, &message)
        defer { library.free(message) }
        guard state == 0, let database else {
            let text = message.map { String(cString: $0) } ?? "no reason given"
            throw DuckDBConnection.error("open the database '\(path ?? ":memory:")'", text)
        }
        self.library = library
        self.path = path
        self.address = Mutex(UInt(bitPattern: database))
    }

    deinit { self.close() }

    /// The library's version, such as `v2.0.0`.
    package var version: String { self.library.version }

    /// Opens a connection, with the time zone UTC.
    ///
    /// Connections are cheap; a thread takes its own.
    package func connect() throws(EngineError) -> DuckDBConnection {
        var connection: Handle?
        let library = self.library
        let state = self.address.withLock { address in
            var opened: Handle?
            let state =
                address == 0 ? Int32(1) : library.connect(Handle(bitPattern: address), &opened)
            connection = opened
            return state
        }
        guard state == 0, let connection else {
            throw EngineError(.engineFailed, "could not connect to '\(self.path ?? ":memory:")': it has been closed")
        }
        let result = DuckDBConnection(handle: connection, library: self.library)
        try result.execute("SET TimeZone = 'UTC'")
        return result
    }

    /// Closes the database; a second call does nothing, and open connections keep working until they are gone.
    package func close() {
        let library = self.library
        self.address.withLock { address in
            guard address != 0 else { return }
            var handle = Handle(bitPattern: address)
            library.close(&handle)
            address = 0
        }
    }
}
