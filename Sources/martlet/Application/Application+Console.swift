import MartletCore
import MartletServer
import MartletServing

extension Application {
    /// The pages under `/console`; `access` opens sessions, and is `nil` where nobody is asked for keys.
    func console(
        _ access: (any ConsoleAccess)?,
        _ gateway: Gateway?,
        _ readings: MonitoringReadings
    ) throws -> ConsoleRoutes {
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
        return try ConsoleRoutes(context)
    }
}
