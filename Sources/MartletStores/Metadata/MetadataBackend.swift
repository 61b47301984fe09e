/// A database that can hold the metadata.
protocol MetadataBackend: Sendable {
    /// The place, for messages: a path, or a server and database without secrets.
    var place: String { get }
    /// How many migrations the database has.
    var schemaVersion: Int { get }

    /// Reads in one snapshot.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result

    /// Writes all or nothing, durable on return; `body` may be run again after a passing failure.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result

    /// What the database says of `error`, without SQL, arguments and secrets.
    func explain(_ error: any Error) -> String

    /// What is damaged, one sentence each; empty when all is well.
    func integrityFaults() async throws -> [String]

    /// Closes all connections; later calls fail.
    func close()
}
