import MartletCore
import MartletEngines

/// Where runs, models, deployments and the ledger are kept.
///
/// `metadata: sqlite`, `metadata: postgresql://…`, or a mapping with `url`, `schema` and `connections`.
struct MetadataConfiguration: DocumentValue, Sendable {
    /// The address of a PostgreSQL database, or `nil` for the SQLite file under the stores' root.
    let url: SecretText?
    /// The PostgreSQL schema; by default one named for the workspace.
    let schemaName: String?
    /// The most connections for reading.
    let connectionLimit: Int

    static let placeholder = MetadataConfiguration(url: nil, schemaName: nil, connectionLimit: 8)

    /// Keys of the long form.
    private struct Server: DocumentObject {
        let url: SecretText
        let schema: String?
        let connections: Int

        init(from reader: ObjectReader) {
            self.url = reader.required(
                "url",
                SecretText.self,
                "postgresql://USER:PASSWORD@HOST:PORT/DATABASE; take it from the environment, as ${NAME}."
            )
            self.schema = reader.optional(
                "schema",
                String.self,
                "The PostgreSQL schema that holds the tables; by default one named for the workspace."
            )
            self.connections = reader.value(
                "connections",
                default: 8,
                "The most connections for reading; one more writes.",
                documentedDefault: 8
            )
            if reader.has("url"), !PostgresAddress.isAddress(self.url.text) {
                reader.report(.documentInvalidValue, MetadataConfiguration.notAnAddress, at: "url")
            }
            if let schema = self.schema, !Self.isSchemaName(schema) {
                reader.report(
                    .documentInvalidValue,
                    "'\(schema)' cannot be a schema: use small letters, digits and '_', starting with a letter, 63 at most",
                    at: "schema"
                )
            }
            if !(1...100).contains(self.connections) {
                reader.report(
                    .documentInvalidValue,
                    "connections is \(self.connections); it must be 1 to 100",
                    at: "connections"
                )
            }
        }

        private static func isSchemaName(_ text: String) -> Bool {
            guard let first = text.first, first.isASCII, first.isLowercase, text.utf8.count <= 63 else { return false }
            let isSystems = text.hasPrefix("pg_") || text == "information_schema"
            return !isSystems && text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
        }
    }

    private static let notAnAddress =
        "this is no address of a PostgreSQL database; it begins with postgresql:// (its text is not shown)"

    static func read(_ document: Document, in context: DocumentContext) -> MetadataConfiguration {
        switch document.content {
        case .scalar("sqlite", _): return self.placeholder
        case .scalar(let text, _):
            guard PostgresAddress.isAddress(text) else {
                context.report(
                    .error,
                    .documentInvalidValue,
                    "expected 'sqlite' or an address that begins with postgresql:// (the text found is not shown)",
                    at: document.location
                )
                return self.placeholder
            }
            return MetadataConfiguration(url: SecretText(text), schemaName: nil, connectionLimit: 8)
        default:
            let server = Server.read(document, in: context)
            return MetadataConfiguration(
                url: server.url,
                schemaName: server.schema,
                connectionLimit: server.connections
            )
        }
    }

    static var schema: JSONValue {
        .object(["oneOf": .array([.object(["type": "string"]), Server.schema])])
    }

    /// The schema in use: the one named, else one named for the workspace `name`.
    func schemaName(ofWorkspace name: String) -> String {
        if let named = self.schemaName { return named }
        let letters = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        return "martlet_" + String(letters.prefix(55))
    }
}
