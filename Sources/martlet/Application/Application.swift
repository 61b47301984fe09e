import Foundation
import MartletCore
import MartletEngines
import MartletStores

/// The composition root: one workspace with the stores its environment names.
///
/// Nothing is opened here; each store is opened when a command first asks for it, so that a command pays only for what
/// it uses.
struct Application: Sendable {
    let workspace: Workspace
    /// The variables the process was started with.
    var processEnvironment: [String: String]
    var terminal: Terminal
    let metadata: MetadataHandle
    /// The time that everything goes by.
    var clock: WorkspaceClock
    /// The faults that versions have on purpose; `nil` outside a drill.
    var drill: FaultDrill?
    /// Where identifiers and other chance come from.
    var identifiers = IdentifierSource.system
    /// The data that arrive day by day in a simulation; `nil` outside one.
    var arrivals: SimulatedArrivals?

    init(workspace: Workspace, processEnvironment: [String: String], clock: WorkspaceClock = .system) {
        self.workspace = workspace
        self.clock = clock
        self.processEnvironment = processEnvironment
        self.terminal = Terminal(environment: processEnvironment)
        self.metadata = MetadataHandle(of: workspace)
    }

    /// The same stores over newly read files.
    init(workspace: Workspace, sharing other: Application) {
        self.workspace = workspace
        self.processEnvironment = other.processEnvironment
        self.terminal = other.terminal
        self.metadata = other.metadata
        self.clock = other.clock
        self.drill = other.drill
        self.identifiers = other.identifiers
        self.arrivals = other.arrivals
    }

    /// The path of `name` in the state folder.
    func statePath(_ name: String) -> String { self.workspace.storeFolder.appending(path: name).path }

    /// Where the segments of the prediction log lie.
    var predictionsFolder: String { self.statePath("predictions") }

    /// Finds the native engines.
    var locator: EngineLocator { EngineLocator.ofProcess() }

    /// The warehouse; the file is open only while work is done.
    func warehouse() -> WarehouseSession {
        let limits = self.workspace.environment.warehouse
        return WarehouseSession(
            path: self.statePath("warehouse.duckdb"),
            locator: self.locator,
            predictionsDirectory: self.predictionsFolder,
            memoryLimit: limits.memoryLimit,
            threads: limits.threads
        )
    }
}
