import MartletCore
import MartletMonitoring
import MartletServer
import MartletServing
import MartletStores
import MartletTracking
import ServiceLifecycle

/// Looks what is wrong with a running server, and has it told.
struct AlertWatch: Sendable {
    private let store: SQLAlertStore
    private let gateway: Gateway
    private let readings: MonitoringReadings
    private let objectives: ServiceObjectives
    private let clock: WorkspaceClock
    private let terminal: Terminal

    /// Over which time requests are counted.
    private static let window = TimeSpan.seconds(300)

    /// Watches `gateway` and what monitoring reads.
    init(_ application: Application, gateway: Gateway, readings: MonitoringReadings) throws {
        self.store = SQLAlertStore(try application.metadata.database())
        self.gateway = gateway
        self.readings = readings
        self.objectives = application.workspace.configuration.monitoring.objectives
        self.clock = application.clock
        self.terminal = application.terminal
    }

    /// Looks once; what somebody is told is also said on the terminal.
    ///
    /// - Returns: what somebody is told.
    @discardableResult
    func look() async -> [AlertTransition] {
        let now = self.clock.now
        do {
            let findings = self.facts(now).findings(self.objectives)
            let transitions = try await self.store.step(findings, AlertTiming(), at: now)
            for transition in transitions {
                let alert = transition.alert
                self.terminal.note("alert \(transition.kind.rawValue): \(alert.priority.rawValue) \(alert.chain)")
            }
            return transitions
        } catch {
            if !Task.isCancelled { self.terminal.note("alerts cannot be kept: \(error.message)") }
            return []
        }
    }

    private func facts(_ now: EventTime) -> AlertFacts {
        AlertFacts(
            traffic: self.gateway.routingTable.endpoints.keys.sorted().map { self.traffic(of: $0, now) },
            comparisons: self.readings.versions.map { monitored in
                AlertFacts.Comparison(
                    endpoint: monitored.endpoint,
                    version: monitored.version.description,
                    driftedColumns: monitored.drift.driftedColumns.map(\.name),
                    errorGrowth: monitored.quality.growth,
                    estimatedGrowth: monitored.quality.estimatedGrowth
                )
            },
            diskShare: self.readings.diskShare
        )
    }

    private func traffic(of endpoint: String, _ now: EventTime) -> AlertFacts.Traffic {
        let variants = self.gateway.traffic(of: endpoint, since: now - Self.window).filter { !$0.isShadow }
        var (answered, faults, slow) = (0, 0, 0)
        for variant in variants {
            answered += Int(clamping: variant.counts.answeredCount)
            faults += Int(clamping: variant.faultCount)
            // A bucket that reaches past the limit counts as slow whole: never too kindly.
            for (index, count) in variant.counts.buckets.enumerated() {
                let bounds = EndpointMetrics.bucketMicroseconds
                let upper = index < bounds.count ? Double(bounds[index]) / 1_000_000 : .infinity
                if upper > self.objectives.latencyAlertSeconds { slow += Int(clamping: count) }
            }
        }
        return AlertFacts.Traffic(
            endpoint: endpoint,
            requestCount: answered + faults,
            faultCount: faults,
            slowCount: slow,
            outages: variants.compactMap { variant in
                variant.outage.map { (variant: variant.name, reason: $0.reason) }
            }
        )
    }
}

/// Looks again and again while the server runs.
struct AlertService: Service {
    let watch: AlertWatch

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(5))
                if !Task.isCancelled { await self.watch.look() }
            }
        }
    }
}
