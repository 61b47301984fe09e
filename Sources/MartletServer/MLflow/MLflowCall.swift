import HTTPTypes
package import Hummingbird
package import MartletCore
package import MartletTracking

/// What the tracking surface stands on.
package struct MLflowServices: Sendable {
    /// Experiments and runs.
    package let tracking: any TrackingStore
    /// Registered models.
    package let registry: any ModelRegistry
    /// The files of runs and models.
    package let artifacts: any ArtifactStore
    /// The program's version, as `/version` gives it.
    package let version: String
    /// The moment now.
    package let now: @Sendable () -> EventTime
    /// Who a request comes from, for the ledger.
    package let actor: @Sendable (Request) -> String
    /// Whether the artifact store has presigned addresses, from which clients download directly.
    package let hasPresignedDownloads: Bool
    /// Runs that searches wrote before.
    let writtenRuns = WrittenRuns()

    /// Puts it together; the stores are guarded by the roles of whoever asks.
    package init(
        tracking: any TrackingStore,
        registry: any ModelRegistry,
        artifacts: any ArtifactStore,
        version: String,
        hasPresignedDownloads: Bool = false,
        now: @escaping @Sendable () -> EventTime,
        actor: @escaping @Sendable (Request) -> String = {
            Principal.current?.name ?? BasicCredentials(of: $0)?.user ?? "anonymous"
        }
    ) {
        self.tracking = GuardedTrackingStore(tracking)
        self.registry = GuardedModelRegistry(registry)
        self.artifacts = GuardedArtifactStore(artifacts, experiments: tracking)
        self.version = version
        self.hasPresignedDownloads = hasPresignedDownloads
        self.now = now
        self.actor = actor
    }
}

/// One call of an endpoint of the protocol: its fields, and what it works on.
struct MLflowCall: Sendable {
    let services: MLflowServices
    let fields: WireFields
    /// Parts of the path, by the name the route gives them.
    let path: [String: String]
    /// Who calls.
    let actor: String

    /// Experiments and runs.
    var tracking: any TrackingStore { self.services.tracking }
    /// Registered models.
    var registry: any ModelRegistry { self.services.registry }
    /// The moment now.
    var now: EventTime { self.services.now() }
    /// Who calls, and when.
    var author: Attribution { Attribution(by: self.actor, at: self.now) }

    /// A part of the path.
    func pathPart(_ name: String) throws(MLflowError) -> String {
        guard let part = self.path[name], !part.isEmpty else { throw MLflowError.required(name) }
        return part
    }

    /// The run that the fields name by `run_id`, or by its older name.
    func runID() throws(MLflowError) -> RunID {
        try Self.runID(self.fields.required("run_id", or: "run_uuid"))
    }

    /// Reads the id of a run; text that is none names no run.
    static func runID(_ text: String) throws(MLflowError) -> RunID {
        guard let id = RunID(text) else { throw MLflowError.missing("Run with id=\(text.prefix(80)) not found") }
        return id
    }
}

/// The answers of endpoints that have nothing to say.
enum MLflowAnswer {
    /// An empty object.
    static let empty = Array("{}".utf8)

    /// An object.
    static func object(
        capacity: Int = 512,
        _ body: (inout MLflowWriter) throws -> Void
    ) rethrows -> [UInt8] {
        var json = MLflowWriter(capacity: capacity)
        try json.object(body)
        return json.bytes
    }
}
