import Foundation
import Hummingbird
import Logging
import MartletCore
import MartletEngines
import MartletServer
import MartletServing
import MartletStores
import ServiceLifecycle
import UnixSignals

extension Application {
    /// Serves until SIGTERM or SIGINT; then running requests end, and the prediction log is written.
    ///
    /// When `isEnded` returns, the server stops as if by a signal. `onListening` is called once with the port, when
    /// requests are answered.
    func serve(
        _ surface: ServerSurface = .gateway,
        host: String?,
        port: Int?,
        until isEnded: (@Sendable () async -> Void)? = nil,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let start = ContinuousClock.now
        try self.announceClock()
        self.drill?.look()
        let configuration = self.workspace.environment.server
        let serving = try self.serving()
        if surface != .tracking { try await serving.load() }
        let host = host ?? configuration.host
        var context = ServerContext(
            gateway: serving.gateway,
            onlineCounts: { await serving.online.counts },
            process: {
                let facts = ProcessFacts.current()
                return .init(residentBytes: Int64(facts.residentBytes), cpuSeconds: facts.cpuSeconds)
            },
            registry: try self.registry(),
            servesPredictions: surface != .tracking,
            mlflow: surface == .gateway ? nil : try self.mlflow(),
            version: MartletVersion.current
        )
        if surface != .tracking { (context.feedback, context.alerts) = (try self.feedback(), try self.alertContext()) }
        let webhooks = try await self.guardServer(&context, host: host)
        context.releases = try self.releaseContext(opensWarehouse: surface != .gateway)
        let readings = MonitoringReadings(folder: self.workspace.storeFolder.path)
        context.samples = { readings.all }
        if surface == .everything { context.jobs = try self.jobContext() }
        let gateway = surface == .tracking ? nil : serving.gateway
        if surface != .gateway { context.console = try self.console(context.authenticator, gateway, readings) }
        var logger = Logger(label: "martlet")
        logger.logLevel = .warning
        let terminal = self.terminal
        let server = Hummingbird.Application(
            router: ServerRouter.build(context),
            server: ServerRouter.http1(context),
            configuration: .init(address: .hostname(host, port: port ?? configuration.port), serverName: nil),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? 0
                let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
                terminal.line("listening on http://\(host):\(bound) after \(milliseconds) ms")
                onListening(bound)
            },
            logger: logger
        )
        var services = try self.services(surface == .tracking ? nil : serving, readings) + [webhooks, server]
        if surface == .everything, configuration.jobs > 0 {
            services.insert(JobService(worker: try self.jobWorker(limit: configuration.jobs)), at: 0)
        }
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            if let isEnded {
                await isEnded()
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    /// What runs beside the server while it serves predictions; nothing with `nil`.
    private func services(_ serving: Serving?, _ readings: MonitoringReadings) throws -> [any Service] {
        guard let serving else { return [] }
        self.announce(serving.gateway.routingTable)
        let interval = self.clock.lookInterval
        var services: [any Service] = [
            PredictionLogService(gateway: serving.gateway, sink: serving.sink, clock: self.clock),
            ShadowService(gateway: serving.gateway),
            FollowerService(follower: serving.follower, interval: interval),
            ReleaseService(runner: try self.releaseRunner(serving.gateway), interval: interval),
            MonitoringService(
                monitor: try TrafficMonitor(self),
                readings: readings,
                interval: .microseconds(self.workspace.configuration.monitoring.every.microseconds)
            ),
            AlertService(
                watch: try AlertWatch(self, gateway: serving.gateway, readings: readings),
                clock: self.clock,
                interval: .microseconds(AlertWatch.interval(self).microseconds)
            ),
        ]
        if Simulation.isCopy(self.workspace) {
            self.terminal.note("a simulation lived here: alerts are shown, and neither told to channels nor acted on")
        } else {
            services += [AlertDeliveryService(application: self), AlertActingService(application: self)]
        }
        if let drill = self.drill { services.append(FaultDrillService(drill: drill)) }
        return services
    }

    /// Where what came of predictions is kept.
    private func feedback() throws -> FeedbackContext {
        let clock = self.clock
        return FeedbackContext(
            store: SQLFeedbackStore(try self.metadata.database()),
            deployments: try self.deployments(),
            now: { clock.now }
        )
    }

    /// What MLflow clients talk to.
    private func mlflow() throws -> MLflowServices {
        let clock = self.clock
        return MLflowServices(
            tracking: try self.tracking(),
            registry: try self.registry(),
            artifacts: try self.artifacts(),
            version: MartletVersion.current,
            now: { clock.now }
        )
    }

    private func announce(_ table: RoutingTable) {
        for endpoint in table.endpoints.values.sorted(by: { $0.name < $1.name }) {
            if let model = endpoint.model { self.terminal.line("endpoint \(endpoint.name): \(model.version)") }
            if let failure = endpoint.failure {
                self.terminal.note("endpoint \(endpoint.name): \(failure.version) is not live: \(failure.message)")
            }
        }
        if table.endpoints.isEmpty {
            self.terminal.note("no endpoint is deployed yet: martlet deploy ENDPOINT --model …")
        }
    }
}

/// Which part of the program a server offers.
enum ServerSurface: Sendable {
    /// Predictions, and what belongs to them.
    case gateway
    /// Experiments, runs, models and artifacts for MLflow clients.
    case tracking
    /// Both.
    case everything
}

/// Keeps routes and online rows current while the server runs.
private struct FollowerService: Service {
    let follower: EndpointFollower
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.follower.run(every: self.interval) }
    }
}

/// Scores requests by the shadows of their endpoint while the server runs.
private struct ShadowService: Service {
    let gateway: Gateway

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.gateway.runShadows() }
    }
}

/// Writes the prediction log each second, and what is left when the server has stopped.
private struct PredictionLogService: Service {
    let gateway: Gateway
    let sink: any PredictionSink
    let clock: WorkspaceClock

    func run() async throws {
        let writer = PredictionLogWriter(queue: self.gateway.queue, sink: self.sink, now: { self.clock.now })
        await cancelWhenGracefulShutdown { await writer.run() }
        self.gateway.scoreShadows()
        await writer.finish()
    }
}
