import Foundation
import MartletCore
import MartletFeatures
import MartletReleases
import MartletServer
import MartletServing
import MartletStores
import MartletTracking
import ServiceLifecycle

extension Application {
    /// Releases, experiments and their decisions.
    func releaseStore() throws -> any ReleaseStore { SQLReleaseStore(try self.metadata.database()) }

    /// Where people start, abort and promote releases.
    ///
    /// `opensWarehouse` lets the checklist compare what was served with the offline store.
    func releaseDesk(opensWarehouse: Bool = true) throws -> ReleaseDesk {
        let identifiers = self.identifiers
        return ReleaseDesk(
            store: try self.releaseStore(),
            deployments: try self.deployments(),
            registry: try self.registry(),
            probe: try self.releaseTrial(gateway: nil),
            units: WorkspaceReleaseUnits(application: self),
            skew: opensWarehouse ? LoggedSkew(application: self) : nil,
            newID: { identifiers.next("r") }
        )
    }

    /// What the routes of releases stand on.
    func releaseContext(opensWarehouse: Bool) throws -> ReleaseContext {
        let clock = self.clock
        return ReleaseContext(
            store: try self.releaseStore(),
            desk: try self.releaseDesk(opensWarehouse: opensWarehouse),
            ledger: try self.ledger(),
            registry: try self.registry(),
            plans: { try self.reloaded().workspace.releases.map(\.definition) },
            now: { clock.now }
        )
    }

    /// What carries releases out beside `gateway`; what it has to say goes to the terminal unless `report` takes it.
    func releaseRunner(
        _ gateway: Gateway,
        report: (@Sendable (ReleaseRunner.Report) -> Void)? = nil
    ) throws -> ReleaseRunner {
        let (terminal, clock, identifiers) = (self.terminal, self.clock, self.identifiers)
        return ReleaseRunner(
            store: try self.releaseStore(),
            deployments: try self.deployments(),
            probe: try self.releaseTrial(gateway: gateway),
            observations: GatewayObservations(
                gateway: gateway,
                feedback: SQLFeedbackStore(try self.metadata.database()),
                predictionsFolder: URL(filePath: self.predictionsFolder)
            ),
            now: { clock.now },
            newID: { identifiers.next("r") },
            report: report ?? { report in
                switch report {
                case .moved(let run):
                    let outcome = run.outcome.map { ": \($0)" } ?? ""
                    terminal.line(
                        "\(run.kind) \(run.id) of \(run.new.version) at \(run.endpoint) is \(run.phase)\(outcome)"
                    )
                case .stuck("", let message): terminal.note("releases cannot be read: \(message)")
                case .stuck(let id, let message): terminal.note("release \(id) waits: \(message)")
                }
            }
        )
    }

    /// The release plan `name` of the workspace.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func releasePlan(named name: String) throws -> ReleasePlan {
        let plans = self.workspace.releases
        if let plan = plans.first(where: { $0.definition.name == name || $0.path == name }) { return plan.definition }
        throw CommandError(
            .workspaceUnknownName,
            "the workspace has no release plan '\(name)'; plans are files in releases/."
                + WorkspaceChecker.hint(name, plans.map(\.definition.name)),
            status: .invalid
        )
    }

    /// What tries versions, in the gateway of this process when one runs.
    func releaseTrial(gateway: Gateway?) throws -> ReleaseTrial {
        let locator = self.locator
        return ReleaseTrial(
            gateway: gateway,
            loader: ModelLoader(
                registry: try self.registry(),
                artifacts: try self.artifacts(),
                network: { bytes, width in try ONNXScorer(model: bytes, featureCount: width, locator: locator) },
                featureService: { name in try self.reloaded().catalog().service(name) }
            ),
            online: OnlineFollower(store: try self.online()),
            folder: self.workspace.folder
        )
    }
}

/// Carries releases out while the server runs.
struct ReleaseService: Service {
    let runner: ReleaseRunner
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.runner.run(every: self.interval) }
    }
}

/// The units of the workspace's registered models.
struct WorkspaceReleaseUnits: ReleaseUnits {
    let application: Application

    func unit(of version: ModelVersionID, policy: ContentHash) async throws(TrackingError) -> ReleaseUnit {
        do {
            let registry = try self.application.registry()
            let registered = try await registry.resolve(ModelReference(version.description))
            let manifest = try await self.application.manifest(of: registered)
            return ReleaseUnit(
                version: version,
                featureService: manifest.featureService ?? "",
                featureFingerprint: manifest.featureServiceFingerprint ?? ContentHash(of: ""),
                inputSchema: ContentHash(of: try JSONValue(encoding: manifest.inputs).canonicalText),
                policy: policy
            )
        } catch let error as TrackingError {
            throw error
        } catch {
            throw TrackingError(
                .releaseInvalid,
                "\(version) cannot be released: \(readableMessage(of: error))",
                underlying: error
            )
        }
    }
}
