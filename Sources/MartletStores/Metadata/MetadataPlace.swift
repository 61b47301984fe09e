package import MartletEngines

/// Where a metadata database is, whether it has been made or not.
package enum MetadataPlace: Sendable {
    /// An SQLite file.
    case file(path: String)
    /// A schema in a PostgreSQL database.
    case postgres(PostgresAddress, schema: String, connectionLimit: Int, locator: EngineLocator)

    /// The place as it is shown.
    package var description: String {
        switch self {
        case .file(let path): path
        case .postgres(let address, let schema, _, _): "PostgreSQL \(address.description), schema '\(schema)'"
        }
    }

    /// Opens the database, making it when it is not there, and brings its tables up to date.
    ///
    /// - Throws: `store.schemaTooNew`, `store.notOurDatabase`, `store.cannotOpen`.
    package func open(_ migrations: [MetadataMigration] = MetadataMigrations.all) throws(StoreError) -> MetadataDatabase
    {
        switch self {
        case .file(let path): try MetadataDatabase(path: path, migrations: migrations)
        case .postgres(let address, let schema, let connectionLimit, let locator):
            try MetadataDatabase(
                address: address,
                schema: schema,
                connectionLimit: connectionLimit,
                locator: locator,
                migrations: migrations
            )
        }
    }

    /// Connections to a database in PostgreSQL; `nil` for a file.
    var pool: PostgresPool? {
        guard case .postgres(let address, let schema, let connectionLimit, let locator) = self else { return nil }
        return PostgresPool(address: address, schema: schema, connectionLimit: connectionLimit, locator: locator)
    }
}
