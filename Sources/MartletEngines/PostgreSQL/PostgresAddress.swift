import Foundation

/// Where a PostgreSQL database is and how to sign in, as a connection URI says it.
///
/// The password is never part of a description or an error.
package struct PostgresAddress: Sendable {
    /// The URI as given; it may hold a password.
    let uri: String
    /// The password in the URI, to be kept out of texts.
    private let password: String?
    /// The place as it may be shown: host, port and database.
    package let description: String

    /// Reads `postgresql://user:password@host:port/database?option=value`.
    ///
    /// libpq's options pass through: `sslmode`, `sslrootcert`, `target_session_attrs`, …
    ///
    /// - Throws: `engine.notFound` and the like; `postgres.badInput` when libpq cannot read the URI, which is not quoted.
    package init(_ uri: String, locator: EngineLocator) throws {
        let library = try PostgresLibrary.load(locator)
        guard Self.isAddress(uri), let values = Self.parse(uri, library) else {
            throw PostgresError(
                .postgresBadInput,
                "the address of the PostgreSQL database cannot be read; write "
                    + "postgresql://USER:PASSWORD@HOST:5432/DATABASE, with %40 for @ and the like in a password"
            )
        }
        self.uri = uri
        self.password = values["password"].flatMap { $0.isEmpty ? nil : $0 }
        let environment = ProcessInfo.processInfo.environment
        let host = values["host"] ?? values["hostaddr"] ?? environment["PGHOST"] ?? "the local socket"
        let port = values["port"] ?? environment["PGPORT"]
        let database = values["dbname"] ?? environment["PGDATABASE"] ?? values["user"] ?? "the default database"
        self.description = "'\(database)' at \(host)\(port.map { ":\($0)" } ?? "")"
    }

    /// Whether `text` begins as the URI of a PostgreSQL database does.
    package static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// `text` without the password.
    func redacted(_ text: String) -> String {
        guard let password = self.password else { return text }
        return text.replacingOccurrences(of: password, with: "…")
    }

    /// The settings in the URI by libpq's names, or `nil` when libpq cannot read it.
    private static func parse(_ uri: String, _ library: PostgresLibrary) -> [String: String]? {
        var message: CText?
        let parsed = library.parse(uri, &message)
        if let message { library.freeMemory(Handle(mutating: message)) }
        guard let parsed else { return nil }
        defer { library.freeParsed(parsed) }
        var values: [String: String] = [:]
        // PQconninfoOption: keyword, envvar, compiled, val, label, dispchar, and a number.
        let stride = 7 * MemoryLayout<Handle?>.size
        var option = UnsafeRawPointer(parsed)
        while let keyword = option.loadUnaligned(as: CText?.self) {
            let value = option.loadUnaligned(fromByteOffset: 3 * MemoryLayout<Handle?>.size, as: CText?.self)
            if let value { values[String(cString: keyword)] = String(cString: value) }
            option += stride
        }
        return values
    }
}
