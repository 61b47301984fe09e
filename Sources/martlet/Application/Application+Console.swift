import MartletCore
import MartletServer

extension Application {
    /// The pages under `/console`.
    func console() throws -> ConsoleRoutes {
        try ConsoleRoutes(
            ConsoleContext(
                tracking: try self.tracking(),
                registry: try self.registry(),
                ledger: try self.ledger(),
                deployments: try self.deployments(),
                artifacts: try self.artifacts(),
                access: nil,
                workspace: self.workspace.configuration.name,
                version: MartletVersion.current,
                now: { .now }
            )
        )
    }
}
