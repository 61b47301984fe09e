import ArgumentParser
import Foundation
import MartletCore

/// `martlet serve`: the gateway alone.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the deployed models over HTTP.",
        discussion: """
            The gateway: predictions, health, metrics, OpenAPI. It needs no native engine and never opens the warehouse.
            A new deployment goes live without a restart. Ctrl-C or SIGTERM lets running requests end and writes the
            prediction log.

            Examples:
              martlet serve
              martlet serve --port 8080 --host 0.0.0.0
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var address: AddressOptions

    func run() async throws {
        let application = try self.options.application()
        try await application.serve(host: self.address.host, port: self.address.port)
    }
}

/// `martlet up`: everything in one process.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run everything in one process: API, gateway, tracking, stores.",
        discussion: """
            For a laptop or a small server. Other commands (ingest, train, deploy) work on the same workspace while it
            runs, and MLflow clients log to it.

            Examples:
              martlet up
              MLFLOW_TRACKING_URI=http://127.0.0.1:8700 python train.py
              MARTLET_PORT=0 martlet up        # a free port, printed at the start
              martlet up --fast-clock 20000 --clock-from 2023-05-02 --faults faults.txt        # a trial of weeks
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var address: AddressOptions
    @OptionGroup var trial: TrialOptions

    func run() async throws {
        let application = try await self.trial.application(self.options.application())
        try await application.serve(.everything, host: self.address.host, port: self.address.port)
    }
}

/// `martlet tracking`: the tracking server and registry alone.
struct TrackingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracking",
        abstract: "Serve experiments, runs, models and artifacts to MLflow clients.",
        discussion: """
            What an MLflow tracking server does: the client's own calls work unchanged when MLFLOW_TRACKING_URI names
            this server. It serves no predictions; `martlet up` does both.

            Examples:
              martlet tracking
              martlet tracking --port 5000
              MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python train.py
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var address: AddressOptions

    func run() async throws {
        let application = try self.options.application()
        try await application.serve(.tracking, host: self.address.host, port: self.address.port)
    }
}

/// What a trial changes of the world; nothing of it is for production.
struct TrialOptions: ParsableArguments {
    @Option(
        help: "For a trial: how many seconds of traffic, experiments and releases pass in one; the workspace keeps it."
    )
    var fastClock: Double?
    @Option(help: "The time that a new fast clock shows at first, such as 2023-05-02; by default the machine's.")
    var clockFrom: String?
    @Option(
        help:
            "For a trial: a file of faults on purpose, one a line, such as 'price:2 error-rate=0.05'; followed as it changes."
    )
    var faults: String?

    /// Makes the changes.
    func application(_ application: Application) async throws -> Application {
        var application = application
        if let fastClock = self.fastClock {
            application = try await application.settingFastClock(fastClock, from: try self.moment())
        } else if self.clockFrom != nil {
            throw CommandError(.commandInvalidArgument, "--clock-from needs --fast-clock", status: .invalid)
        }
        if let faults = self.faults {
            guard application.workspace.environmentName != "cloud" else {
                throw CommandError(
                    .commandInvalidArgument,
                    "--faults is for trials, and this is the environment 'cloud'; leave it out",
                    status: .invalid
                )
            }
            let file = URL(filePath: faults, relativeTo: .currentDirectory())
            application.drill = FaultDrill(file: file, terminal: application.terminal)
        }
        return application
    }

    private func moment() throws -> EventTime? {
        guard let text = self.clockFrom else { return nil }
        if let moment = EventTime(iso8601: text) { return moment }
        throw CommandError(
            .commandInvalidArgument,
            "--clock-from '\(text)' is no time; write it such as 2026-03-01 or 2026-03-01T10:15:00Z",
            status: .invalid
        )
    }
}

/// Where a server listens.
struct AddressOptions: ParsableArguments {
    @Option(help: "The address to listen on; by default the one in martlet.yaml.")
    var host: String?
    @Option(help: "The port to listen on; by default the one in martlet.yaml; 0 takes a free one.")
    var port: Int?
}
