import MartletCore
import MartletEngines
package import MartletIngest

/// Shows and accepts changes of the fields of raw records.
package struct DuckDBSchemaReview: Sendable {
    private let session: WarehouseSession

    /// Takes the warehouse.
    package init(session: WarehouseSession) { self.session = session }

    /// The differences that wait for a person, in the order of names.
    package func differences(of definition: SourceDefinition) async throws -> [SchemaDifference] {
        try await self.session.withConnection(readOnly: true) { connection in
            let schemas = RecordSchemas(connection: connection, definition: definition)
            guard let seen = try schemas.kept("seen") else { return [] }
            return try schemas.differences(of: seen)
        }
    }

    /// Accepts the fields that were seen last; the decision goes to the ledger by ``LedgerOutbox``.
    ///
    /// - Returns: the differences that were accepted; none when nothing waited.
    package func accept(
        _ definition: SourceDefinition,
        _ author: QuarantineAuthor
    ) async throws -> [SchemaDifference] {
        try await self.session.withConnection { connection in
            try connection.transaction {
                let schemas = RecordSchemas(connection: connection, definition: definition)
                guard let seen = try schemas.kept("seen") else { return [] }
                let differences = try schemas.differences(of: seen)
                var fields = try schemas.kept("accepted")?.fields ?? [:]
                for difference in differences where difference.change == .removed { fields[difference.field] = nil }
                for (name, kind) in seen.fields where !kind.isEmpty || fields[name] == nil { fields[name] = kind }
                let accepted = RecordSchema(fields: fields)
                try schemas.keep(accepted, as: "accepted", by: author.name, at: author.at)
                try schemas.forget("seen")
                let tables = QuarantineTables(connection: connection)
                try tables.create()
                let lines = differences.map { JSONValue.string($0.line) }
                try tables.tell("ingest.schemaAccepted", source: definition.name, author, ["changes": .array(lines)])
                return differences
            }
        }
    }
}
