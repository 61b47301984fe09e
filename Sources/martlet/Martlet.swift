import ArgumentParser

/// The command line of Martlet.
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "The whole life of a tabular model in one program.",
        discussion: """
            A first path, from nothing to a served prediction:

              martlet new workspace prices --template apartments
              cd prices && martlet check
              martlet ingest && martlet features apply
              martlet train --recipe-file recipes/price.yaml
              martlet models approve apartment_price:1 --reason "gates passed"
              martlet deploy apartment-price --model apartment_price:1
              martlet features materialize && martlet up

            Commands work on the workspace around the current folder; --workspace names another.
            Results go to standard output, progress and errors to standard error.

            Exit status: 0 done, 1 failed, 2 the command line or the workspace is not valid,
            3 a quality gate was not met.
            """,
        version: MartletVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Workspace",
                subcommands: [
                    NewCommand.self, CheckCommand.self, SchemaCommand.self, DoctorCommand.self, DatabaseCommand.self,
                    SpoolCommand.self,
                ]
            ),
            CommandGroup(
                name: "Data",
                subcommands: [
                    IngestCommand.self, QuarantineCommand.self, WarehouseCommand.self, FeaturesCommand.self,
                    LabelsCommand.self,
                ]
            ),
            CommandGroup(name: "Jobs", subcommands: [JobsCommand.self]),
            CommandGroup(
                name: "Models",
                subcommands: [
                    TrainCommand.self, RetrainCommand.self, RunsCommand.self, ModelsCommand.self, LedgerCommand.self,
                    GarbageCommand.self,
                ]
            ),
            CommandGroup(
                name: "Access",
                subcommands: [UsersCommand.self, KeysCommand.self, RolesCommand.self, WebhooksCommand.self]
            ),
            CommandGroup(
                name: "Serving",
                subcommands: [
                    DeployCommand.self, RouteCommand.self, ReleaseCommand.self, ExperimentCommand.self, UpCommand.self,
                    ServeCommand.self, TrackingCommand.self, PredictCommand.self, TraceCommand.self,
                    SimulateCommand.self,
                ]
            ),
            CommandGroup(
                name: "Operations",
                subcommands: [
                    StatusCommand.self, IndicatorsCommand.self, MonitorCommand.self, AlertsCommand.self,
                    LevelsCommand.self, ExportCommand.self,
                ]
            ),
            CommandGroup(name: "About", subcommands: [DemoCommand.self, VersionCommand.self]),
        ]
    )
}

/// The version of this build.
enum MartletVersion {
    static let current = "0.1.0"
}
