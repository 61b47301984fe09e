import ArgumentParser
import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import MartletCore
import MartletEngines
import MartletServer
import MartletStores
import MartletTracking
import NIOCore
import NIOFoundationCompat
import ServiceLifecycle
import UnixSignals

/// `martlet spool`: a proxy beside a training job that outlives outages of the tracking server.
struct SpoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool",
        abstract: "Take tracking calls of a training job while the server is down, and forward them.",
        subcommands: [SpoolRunCommand.self, SpoolStatusCommand.self],
        defaultSubcommand: SpoolRunCommand.self
    )
}

/// Where a spool keeps its calls.
struct SpoolFolderOption: ParsableArguments {
    @Option(help: "The folder of the spool; by default ~/.martlet/spool.")
    var folder: String?

    /// The folder given, else the user's own.
    var path: String { self.folder ?? NSHomeDirectory() + "/.martlet/spool" }
}

/// `martlet spool run`.
struct SpoolRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the proxy.",
        discussion: """
            Set MLFLOW_TRACKING_URI of the job to the spool. While the server is there every call goes straight to it.
            While it is away, runs, params, metrics, tags, logged models and artifacts are kept durably and in order, and
            are sent when it is back, also after the spool itself was killed. MLFLOW_TRACKING_TOKEN, or
            MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, of the spool's own environment sign it in; without
            them what the job sends is passed on.

            Examples:
              martlet spool --to https://mlflow.example.org
              MLFLOW_TRACKING_URI=http://127.0.0.1:8701 python train.py
            """
    )

    @Option(help: "The tracking server, such as http://mlflow:5000.")
    var to: String
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8_701
    @OptionGroup var folder: SpoolFolderOption

    func validate() throws {
        guard let parts = URLComponents(string: self.to), ["http", "https"].contains(parts.scheme), parts.host != nil,
            parts.user == nil, parts.query == nil
        else { throw ValidationError("--to must be an http:// or https:// address without user and query") }
    }

    func run() async throws {
        let terminal = Terminal()
        let journal = try SQLiteSpoolJournal(folder: self.folder.path)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        let desk = try await SpoolDesk(
            journal: journal,
            upstream: HTTPSpoolUpstream(
                client: client,
                base: self.to,
                authorization: Self.authorization(ProcessInfo.processInfo.environment)
            ),
            now: { .now },
            report: { terminal.note(Self.sentence($0)) }
        )
        if desk.waitingCount > 0 { terminal.note("\(desk.waitingCount) calls wait from before") }
        let router = SpoolRouter(desk: desk, now: { .now }, writeUpload: { try await journal.writeBody($0) })
        var logger = Logger(label: "martlet.spool")
        logger.logLevel = .error
        let host = self.host
        let server = Hummingbird.Application(
            responder: router.responder(),
            configuration: .init(address: .hostname(host, port: self.port), serverName: nil),
            onServerRunning: { channel in
                terminal.line("listening on http://\(host):\(channel.localAddress?.port ?? 0)")
            },
            logger: logger
        )
        let services: [any Service] = [ForwarderService(desk: desk), server]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        do {
            try await group.run()
        } catch {
            try? await client.shutdown()
            throw error
        }
        try? await client.shutdown()
        let left = try await journal.counts().waiting
        if left > 0 { terminal.note("\(left) calls wait; the next start sends them") }
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(3), read: .seconds(60))
        return configuration
    }

    private static func authorization(_ environment: [String: String]) -> String? {
        if let token = environment["MLFLOW_TRACKING_TOKEN"], !token.isEmpty { return "Bearer \(token)" }
        guard let user = environment["MLFLOW_TRACKING_USERNAME"], let password = environment["MLFLOW_TRACKING_PASSWORD"]
        else { return nil }
        return "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    private static func sentence(_ report: SpoolReport) -> String {
        switch report {
        case .serverAway(let message): message
        case .serverBack(let waiting): "the server answers again; \(waiting) calls are being sent"
        case .drained: "all calls have been carried out"
        case .notAdmitted(let status):
            "the server answers \(status): give the spool a key of its own (martlet spool --help)"
        case .refused(let target, let status):
            "the server refused '\(target.prefix { $0 != "?" })' with \(status); it is kept: martlet spool status"
        case .journalFailed(let message): message
        }
    }
}

/// Sends what waits, until the server stops.
private struct ForwarderService: Service {
    let desk: SpoolDesk

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.desk.forwarder.run() }
    }
}

/// `martlet spool status`.
struct SpoolStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how many calls wait, and which the server refused.",
        discussion: """
            Example:
              martlet spool status --json
            """
    )

    @OptionGroup var folder: SpoolFolderOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        let terminal = Terminal()
        guard FileManager.default.fileExists(atPath: self.folder.path + "/spool.sqlite") else {
            throw CommandError(
                .commandNotFound,
                "there is no spool in '\(self.folder.path)'; name its folder with --folder"
            )
        }
        let journal = try SQLiteSpoolJournal(folder: self.folder.path, isReader: true)
        let (waiting, refused) = try await journal.counts()
        let refusals = try await journal.refusals(limit: 100)
        var table = Table([.init("call"), .init("at"), .init("status", "status", .right), .init("answer")])
        for refusal in refusals {
            table.add([
                .text("\(refusal.call.method) \(refusal.call.target)"), .time(refusal.call.at), .count(refusal.status),
                .text(String(refusal.answer.prefix(300))),
            ])
        }
        if self.json.isEnabled {
            let value: JSONValue = .object([
                "waiting": .integer(Int64(waiting)), "refused": .integer(Int64(refused)), "refusals": table.json,
            ])
            terminal.line(value.prettyText)
            return
        }
        terminal.line("\(Quantity.count(waiting)) waiting, \(Quantity.count(refused)) refused")
        if !refusals.isEmpty { terminal.show(table, asJSON: false) }
    }
}
