import MartletCore
import MartletEngines
import MartletIngest
import MartletRetraining
import MartletStores

/// An in-memory database with an empty table for each source and each rule of labels, against which SQL is prepared.
struct EmptyTables {
    private let database: DuckDBDatabase
    private let connection: DuckDBConnection

    /// Makes the tables.
    ///
    /// - Throws: `EngineError` when DuckDB is not there.
    init(_ sources: [SourceDefinition], labels: [LabelTable] = [], locator: EngineLocator) throws {
        self.database = try DuckDBDatabase(path: nil, options: ["threads": "1"], locator: locator)
        self.connection = try self.database.connect()
        try self.connection.execute("SET TimeZone = 'UTC'")
        for (name, fields) in sources.map({ ($0.name, $0.tableFields) }) + labels.map({ ($0.name, $0.fields) }) {
            let columns = fields.map { SQLText.identifier($0.name) + " " + SQLText.type($0.type) }
            try self.connection.execute(
                "CREATE OR REPLACE TABLE \(SQLText.identifier(name)) (\(columns.joined(separator: ", ")))"
            )
        }
    }

    /// The columns of a query, or the database's first sentence about what is wrong with it.
    func columns(of sql: String) -> Swift.Result<Schema, PreparationFault> {
        do {
            return .success(try self.connection.describe(sql))
        } catch {
            return .failure(PreparationFault(message: Self.firstSentence(error.message)))
        }
    }

    /// The tables a query reads.
    func tables(in sql: String) -> [String] { (try? self.connection.tableNames(in: sql)) ?? [] }

    /// Why a text is not a query.
    struct PreparationFault: Error {
        let message: String
    }

    private static func firstSentence(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        let kept = lines.prefix { !$0.hasPrefix("LINE ") }
        return kept.joined(separator: " ")
    }
}
