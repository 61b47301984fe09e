import Foundation
import MartletCore
import MartletFeatures
import MartletMonitoring
import MartletRetraining
import MartletServer
import MartletServing
import MartletStores
import MartletTracking
import MartletTraining

extension Application {
    /// The pages under `/console`; `access` opens sessions, and is `nil` where nobody is asked for keys.
    func console(
        _ access: (any ConsoleAccess)?,
        _ gateway: Gateway?,
        _ readings: MonitoringReadings
    ) throws -> ConsoleRoutes {
        try ConsoleRoutes(self.consoleContext(access, gateway, readings))
    }

    /// What the stores of the workspace know, as the overview tells it; what only a running server sees is left out.
    func insight() throws -> WorkspaceInsight {
        WorkspaceInsight(try self.consoleContext(nil, nil, MonitoringReadings(folder: self.workspace.storeFolder.path)))
    }

    private func consoleContext(
        _ access: (any ConsoleAccess)?,
        _ gateway: Gateway?,
        _ readings: MonitoringReadings
    ) throws -> ConsoleContext {
        let clock = self.clock
        var context = ConsoleContext(
            tracking: try self.tracking(),
            registry: try self.registry(),
            ledger: try self.ledger(),
            deployments: try self.deployments(),
            artifacts: try self.artifacts(),
            access: access,
            workspace: self.workspace.configuration.name,
            version: MartletVersion.current,
            now: { clock.now }
        )
        context.monitoring = { readings.versions }
        context.releases = ConsoleReleases(
            store: try self.releaseStore(),
            desk: try self.releaseDesk(),
            gateway: gateway
        )
        context.jobs = try self.jobContext()
        context.business = { readings.business }
        context.data = self.dataContext()
        context.features = try self.featureContext()
        context.retraining = try self.retrainingContext()
        context.alerts = ConsoleAlerts(store: try self.alerts(), newID: Self.newSilenceID)
        context.alerts?.log = try self.alertLog()
        let levels = try AlertFactReader(self)
        context.alerts?.levels = { try await levels.report(at: clock.now) }
        let actions = self.workspace.alertPolicy.actions
        context.alerts?.actions = { actions }
        return context
    }
}

extension Application {
    @Sendable private static func newSilenceID() -> String {
        var generator = SystemRandomNumberGenerator()
        return "s" + RunID(using: &generator).description.prefix(10)
    }

    /// What the pages of ingested data and quarantine stand on.
    ///
    /// A page does not wait long for a warehouse that another process writes.
    private func dataContext() -> DataContext {
        let limits = self.workspace.environment.warehouse
        let session = WarehouseSession(
            path: self.statePath("warehouse.duckdb"),
            locator: self.locator,
            memoryLimit: limits.memoryLimit,
            threads: limits.threads,
            lockWait: .seconds(2)
        )
        return DataContext(
            journal: DuckDBIngestJournal(session: session),
            quarantine: DuckDBQuarantine(session: session),
            sources: { try self.reloaded().workspace.sources.map(\.definition) },
            carry: { try await self.carryQuarantineDecisions() }
        )
    }

    /// What the pages of features stand on.
    private func featureContext() throws -> FeatureContext {
        FeatureContext(
            catalog: { try self.reloaded().catalog() },
            models: {
                let recipes = try self.reloaded().workspace.recipes.map(\.definition)
                return Dictionary(grouping: recipes.filter { $0.featureService != nil }) {
                    $0.featureService?.value ?? ""
                }
                .mapValues { Set($0.map(\.model)).sorted() }
            },
            online: try self.online(),
            registry: try self.featureRegistry()
        )
    }

    /// What the pages of retraining stand on.
    private func retrainingContext() throws -> RetrainingContext {
        RetrainingContext(
            store: try self.retrainings(),
            plans: { try self.reloaded().workspace.retraining.map(\.definition) }
        )
    }
}
