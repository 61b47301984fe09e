import MartletCore
import MartletStores
import MartletTracking

/// What `martlet.yaml` says: the environments a workspace runs in, and the endpoints it serves.
struct WorkspaceConfiguration: DocumentObject, Sendable {
    let name: String
    let description: String?
    let environments: NamedItems<EnvironmentConfiguration>
    let endpoints: NamedItems<EndpointConfiguration>
    let variables: NamedItems<DocumentScalar>
    let auth: AuthMode
    let approval: ApprovalRule
    let monitoring: MonitoringConfiguration

    init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The name of the workspace; letters, digits and '-'.")
        self.description = reader.optional("description", String.self, "What the workspace is for.")
        self.environments = reader.value(
            "environments",
            default: NamedItems([]),
            "Where stores and server live, by environment; MARTLET_ENV, then APP_ENV picks one, else 'local'."
        )
        self.endpoints = reader.value(
            "endpoints",
            default: NamedItems([]),
            "The endpoints that answer predictions, by name."
        )
        self.variables = reader.value(
            "variables",
            default: NamedItems([]),
            "Defaults for ${NAME} in the other files; the environment's values win."
        )
        self.auth = reader.value(
            "auth",
            default: .keys,
            "Whether servers ask for keys; 'off' answers anyone and is for loopback only.",
            documentedDefault: "keys"
        )
        self.approval = reader.value(
            "approval",
            default: .anyone,
            "Who may approve a version; with 'four-eyes', not the one who registered it.",
            documentedDefault: "anyone"
        )
        self.monitoring = reader.value(
            "monitoring",
            default: .placeholder,
            "How a running server compares live traffic with training."
        )
        if reader.has("name"), !Self.isName(self.name) {
            reader.report(
                .documentInvalidValue,
                "'\(self.name)' is not a name: use a-z, A-Z, digits, '-' and '_', starting with a letter",
                at: "name"
            )
        }
        for entry in self.endpoints.entries where !Self.isName(entry.name) {
            reader.report(
                .documentInvalidValue,
                "'\(entry.name)' cannot be an endpoint: use a-z, A-Z, digits, '-' and '_', starting with a letter",
                at: "endpoints"
            )
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
}

/// One environment of a workspace.
struct EnvironmentConfiguration: DocumentObject, Sendable {
    let stores: StoresConfiguration
    let warehouse: WarehouseConfiguration
    let server: ServerConfiguration

    init(from reader: ObjectReader) {
        self.stores = reader.value("stores", default: .placeholder, "Where data and state are kept.")
        self.warehouse = reader.value("warehouse", default: .placeholder, "Limits of the warehouse engine.")
        self.server = reader.value("server", default: .placeholder, "The HTTP server.")
    }
}

/// Where data and state are kept.
struct StoresConfiguration: DocumentObject, Sendable {
    /// The folder of all embedded stores; relative to the workspace.
    let root: String
    let metadata: MetadataConfiguration
    /// The bucket that keeps artifacts; `nil` keeps them in the folder.
    let artifacts: String?
    let s3: ObjectStoreConfiguration

    init(from reader: ObjectReader) {
        self.root = reader.value(
            "root",
            default: ".martlet",
            "The folder of the embedded stores, relative to the workspace.",
            documentedDefault: ".martlet"
        )
        self.metadata = reader.value(
            "metadata",
            default: .placeholder,
            "Where runs, models and the ledger are kept: sqlite, or postgresql://….",
            documentedDefault: "sqlite"
        )
        self.artifacts = reader.optional(
            "artifacts",
            String.self,
            "Where artifacts are kept, s3://BUCKET[/PREFIX]; by default in the folder."
        )
        self.s3 = reader.value("s3", default: .placeholder, "How to reach the object store of 'artifacts'.")
        if let artifacts = self.artifacts, S3Location(uri: artifacts, region: "us-east-1") == nil {
            reader.report(
                .documentInvalidValue,
                "artifacts must be s3://BUCKET or s3://BUCKET/PREFIX, the bucket 3 to 63 of a-z, 0-9, '-' and '.'; "
                    + "for a folder leave it out and set 'root'",
                at: "artifacts"
            )
        }
    }
}

/// Limits of the warehouse engine.
struct WarehouseConfiguration: DocumentObject, Sendable {
    let memoryLimit: String?
    let threads: Int?

    init(from reader: ObjectReader) {
        self.memoryLimit = reader.optional(
            "memory_limit",
            String.self,
            "The most memory the warehouse may use, such as 2GB; by default the engine's own limit."
        )
        self.threads = reader.optional("threads", Int.self, "Threads of the warehouse; by default every core.")
        if let threads = self.threads, !(1...256).contains(threads) {
            reader.report(.documentInvalidValue, "threads is \(threads); it must be 1 to 256", at: "threads")
        }
    }
}

/// The HTTP server of an environment.
struct ServerConfiguration: DocumentObject, Sendable {
    let host: String
    let port: Int
    let bodyLimit: Int
    let inputLimit: Int
    let requestLimit: Int
    /// The most jobs that `martlet up` carries out at a time.
    let jobs: Int
    /// In place of the workspace's own setting.
    let auth: AuthMode?
    let oidc: OIDCConfiguration?

    init(from reader: ObjectReader) {
        self.host = reader.value(
            "host",
            default: "127.0.0.1",
            "The address to listen on; loopback unless changed.",
            documentedDefault: "127.0.0.1"
        )
        self.port = Self.bounded(reader, "port", 8_700, 0...65_535, "The port to listen on; 0 takes a free one.")
        self.bodyLimit = Self.bounded(
            reader,
            "body_limit",
            1_048_576,
            1_024...1_073_741_824,
            "The largest request body in bytes."
        )
        self.inputLimit = Self.bounded(
            reader,
            "input_limit",
            1_000,
            1...100_000,
            "The most inputs in one request."
        )
        self.requestLimit = Self.bounded(
            reader,
            "request_limit",
            1_024,
            1...100_000,
            "The most requests at one time; more are answered 503 at once."
        )
        self.jobs = Self.bounded(
            reader,
            "jobs",
            2,
            0...64,
            "The most jobs that `martlet up` carries out at a time; 0 leaves them to other processes."
        )
        self.auth = reader.optional(
            "auth",
            AuthMode.self,
            "In place of the workspace's own 'auth', for this environment."
        )
        self.oidc = reader.optional("oidc", OIDCConfiguration.self, "Tokens that are accepted beside keys.")
    }

    private static func bounded(
        _ reader: ObjectReader,
        _ key: String,
        _ standard: Int,
        _ range: ClosedRange<Int>,
        _ summary: String
    ) -> Int {
        let value = reader.value(key, default: standard, summary, documentedDefault: .integer(Int64(standard)))
        if !range.contains(value) {
            reader.report(
                .documentInvalidValue,
                "\(key) is \(value); it must be \(range.lowerBound) to \(range.upperBound)",
                at: key
            )
        }
        return value
    }
}

/// One endpoint that answers predictions.
struct EndpointConfiguration: DocumentObject, Sendable {
    let model: Located<String>?
    let description: String?

    init(from reader: ObjectReader) {
        self.model = reader.optional(
            "model",
            Located<String>.self,
            "The registered model that may be deployed here; by default any."
        )
        self.description = reader.optional("description", String.self, "What the endpoint answers.")
    }
}
