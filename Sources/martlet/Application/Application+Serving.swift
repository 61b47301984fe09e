import Foundation
import MartletCore
import MartletEngines
import MartletFeatures
import MartletServing
import MartletStores
import MartletTracking

extension Application {
    /// What answers requests, with everything that keeps it current.
    struct Serving {
        let gateway: Gateway
        let follower: EndpointFollower
        let online: OnlineFollower
        let sink: any PredictionSink

        /// Loads what is deployed, before the first request.
        func load() async throws {
            _ = try await self.follower.poll()
            FreedMemory.giveBack()
        }
    }

    /// Puts the gateway together.
    ///
    /// Opens the metadata and the online store; never DuckDB, and a native engine only for an ONNX model.
    func serving() throws -> Serving {
        let server = self.workspace.environment.server
        var limits = RequestLimits()
        limits.bodyByteLimit = server.bodyLimit
        limits.inputLimit = server.inputLimit
        limits.concurrentRequestLimit = server.requestLimit
        let clock = self.clock
        let servingClock = ServingClock(now: { clock.now }, uptimeMicroseconds: clock.uptimeMicroseconds)
        let gateway = Gateway(limits: limits, clock: servingClock, seed: self.identifiers.seed())
        let online = OnlineFollower(store: try self.online())
        let terminal = self.terminal
        let locator = self.locator
        let follower = EndpointFollower(
            gateway: gateway,
            deployments: try self.deployments(),
            loader: ModelLoader(
                registry: try self.registry(),
                artifacts: try self.artifacts(),
                network: { bytes, width in try ONNXScorer(model: bytes, featureCount: width, locator: locator) },
                featureService: { name in try self.reloaded().catalog().service(name) },
                adapting: self.drilled
            ),
            online: online,
            now: { clock.now },
            report: { report in
                switch report {
                case .storeFailed(let message):
                    terminal.note("the stores cannot be read, so what was served before goes on: \(message)")
                case .storeRecovered: terminal.note("the stores can be read again")
                case .variantOut(let out):
                    terminal.note(
                        "endpoint \(out.endpoint): the variant \(out.variant) (\(out.version)) is taken out, its units are "
                            + "answered by another: \(out.outage.reason)"
                    )
                }
            }
        )
        let sink = PredictionSegments(directory: URL(filePath: self.predictionsFolder), process: Self.segmentName())
        return Serving(gateway: gateway, follower: follower, online: online, sink: sink)
    }

    /// The scorer of a version, with its faults in a drill.
    private var drilled: @Sendable (ModelVersionID, Scorer) -> Scorer {
        guard let drill = self.drill else { return { $1 } }
        return { version, scorer in .network(FaultyScorer(version: version, scorer: scorer, drill: drill)) }
    }

    /// The same application over the files as they are now.
    func reloaded() throws -> Application {
        let loader = WorkspaceLoader(environment: self.processEnvironment)
        return Application(workspace: try loader.load(self.workspace.folder.path), sharing: self)
    }
}

extension Application {
    /// Names the log segments of this process; no two processes share one, restarts included.
    private static func segmentName() -> String {
        let start = EventTime.now.microseconds / 1_000
        return "\(ProcessInfo.processInfo.processIdentifier)-\(String(start, radix: 36))"
    }
}
