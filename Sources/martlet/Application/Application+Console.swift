import MartletCore
import MartletServer

extension Application {
    /// The pages under `/console`; `access` opens sessions, and is `nil` where nobody is asked for keys.
    func console(_ access: (any ConsoleAccess)?) throws -> ConsoleRoutes {
        try ConsoleRoutes(
            ConsoleContext(
                tracking: try self.tracking(),
                registry: try self.registry(),
                ledger: try self.ledger(),
                deployments: try self.deployments(),
                artifacts: try self.artifacts(),
                access: access,
                workspace: self.workspace.configuration.name,
                version: MartletVersion.current,
                now: { .now }
            )
        )
    }
}
