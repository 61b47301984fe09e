import Foundation
import MartletEngines
import MartletStores
import MartletTesting
import Testing

/// The databases that hold metadata, for tests that run over each.
enum MetadataKind: String, CaseIterable, CustomTestStringConvertible {
    case sqlite
    case postgres

    var testDescription: String { self.rawValue }

    /// A new empty database.
    func open(_ migrations: [MetadataMigration] = MetadataMigrations.all) throws -> MetadataDatabase {
        try self.open(self.newPlace(), migrations)
    }

    /// A place where no database is yet: a path, or the name of a schema.
    func newPlace() -> String {
        switch self {
        case .sqlite:
            FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
        case .postgres: PostgresServer.uniqueName()
        }
    }

    /// The server of the tests; a test that needs it ends here where PostgreSQL is not installed and need not be.
    static func postgresServer() throws -> PostgresServer {
        guard PostgresServer.isAvailable else {
            try Test.cancel("PostgreSQL is not installed; run scripts/setup-clients")
        }
        return try PostgresServer.shared.get()
    }

    /// Opens the database at a place, making it when it is not there.
    func open(
        _ place: String,
        _ migrations: [MetadataMigration] = MetadataMigrations.all
    ) throws -> MetadataDatabase {
        switch self {
        case .sqlite: try MetadataDatabase(path: place, migrations: migrations)
        case .postgres:
            try MetadataDatabase(
                address: Self.postgresServer().address(),
                schema: place,
                connectionLimit: 4,
                locator: .ofProcess(),
                migrations: migrations
            )
        }
    }
}
