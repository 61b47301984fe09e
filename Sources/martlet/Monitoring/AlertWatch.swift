import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletServer
import MartletServing
import MartletStores
import MartletTracking
import ServiceLifecycle

/// Looks what is wrong with a running server, and has it told.
actor AlertWatch {
    private let application: Application
    private let store: any AlertStore
    private let levels: any ServiceLevelStore
    private let gateway: Gateway
    private let readings: MonitoringReadings
    private let objectives: ServiceObjectives
    private let policy: AlertPolicy
    private let clock: WorkspaceClock
    private let terminal: Terminal
    private let reader: AlertFactReader
    private var lineage: WorkspaceLineage
    private var host: HostReader
    private var counter = RequestCounter()
    /// What the stores said last, and when by the machine's clock they are asked again.
    private var slow = (facts: AlertFacts(traffic: [], comparisons: []), graph: LineageGraph())
    private var asksAgain = ContinuousClock.now
    private var askedAt = EventTime(microseconds: 0)
    private var forgetsAgain = ContinuousClock.now
    private var fault: String?

    /// Over which time requests are counted.
    private static let window = TimeSpan.seconds(300)
    /// How often it is looked, unless traffic is looked at more often.
    static let interval = TimeSpan.seconds(5)
    /// How often the stores are asked: at every third look.
    private let pause: Duration
    /// By the clock of the workspace, which may be fast.
    private static let patience = TimeSpan.seconds(3_600)
    /// How long counts are kept: the time of a budget, and again as long to look back.
    private static let memory = TimeSpan.days(60)

    /// Watches `gateway` and what monitoring reads.
    init(_ application: Application, gateway: Gateway, readings: MonitoringReadings) throws {
        self.application = application
        self.store = try application.alerts()
        self.levels = try application.levels()
        self.gateway = gateway
        self.readings = readings
        self.pause = .microseconds(3 * Self.interval(application).microseconds)
        self.objectives = application.workspace.objectives
        self.policy = application.workspace.alertPolicy
        self.clock = application.clock
        self.terminal = application.terminal
        self.reader = try AlertFactReader(application)
        self.lineage = WorkspaceLineage(application)
        self.host = HostReader(folder: application.workspace.storeFolder.path)
    }

    /// How often it is looked in the workspace of `application`.
    static func interval(_ application: Application) -> TimeSpan {
        min(Self.interval, application.workspace.configuration.monitoring.every)
    }

    /// Looks once; what somebody is told is also said on the terminal.
    ///
    /// - Returns: what somebody is told.
    @discardableResult
    func look() async -> [AlertTransition] {
        let now = self.clock.now
        do {
            try await self.count(now)
            // On a fast clock what is told follows from that clock alone.
            let isDue = self.clock.isFast ? now >= self.askedAt + Self.patience : ContinuousClock.now >= self.asksAgain
            if isDue { try await self.ask(now) }
            try await self.levels.note(self.outages(now))
            let findings = self.facts(now)
                .findings(self.policy, self.objectives, along: self.slow.graph, at: now)
            let transitions = try await self.store.step(findings, self.policy.timing, at: now)
            for transition in transitions {
                let alert = transition.alert
                self.terminal.note("alert \(transition.kind.rawValue): \(alert.priority.rawValue) \(alert.chain)")
            }
            self.fault = nil
            return transitions
        } catch {
            // The server stops; that is no fault.
            if Task.isCancelled { return [] }
            let message = readableMessage(of: error)
            if self.fault != message { self.terminal.note("alerts cannot be kept: \(message)") }
            self.fault = message
            return []
        }
    }

    /// Keeps what was counted, also what could not be kept before.
    func count(_ now: EventTime) async throws {
        try await self.levels.add(self.counter.take(self.gateway.metrics, self.objectives, at: now))
        self.counter.kept()
    }

    private func ask(_ now: EventTime) async throws {
        var facts = AlertFacts(traffic: [], comparisons: [])
        facts.data = try await self.reader.data(at: now)
        facts.jobs = try await self.reader.jobs(at: now)
        facts.budgets = try await self.reader.budgets(at: now)
        facts.experiments = try await self.reader.experiments()
        facts.interruptions = try await self.reader.interruptions(since: now - DeploymentInterruption.memory, at: now)
        if !self.clock.isFast {
            facts.host = self.host.read()
            try await self.levels.note(HostMinute(minute: ServiceMinute.holding(now), use: facts.host))
        }
        var lineage = self.lineage
        self.slow = (facts, try await lineage.graph(self.reader.pipelines))
        self.lineage = lineage
        self.readings.set(AlertSamples(facts, at: now).all)
        try await self.levels.put(Self.worst(self.readings.versions.flatMap { Self.readings($0, now) }))
        if ContinuousClock.now >= self.forgetsAgain {
            try await self.levels.forget(before: now - Self.memory)
            self.forgetsAgain = .now + .seconds(3_600)
        }
        (self.asksAgain, self.askedAt) = (.now + self.pause, now)
    }

    private func outages(_ now: EventTime) -> [OutageSpan] {
        self.gateway.outages.map { outage in
            OutageSpan(
                endpoint: outage.endpoint,
                variant: outage.variant,
                reason: outage.outage.reason,
                at: outage.outage.at,
                seenAt: now
            )
        }
    }

    /// Of several versions at one endpoint the worst counts.
    private static func worst(_ readings: [LevelReading]) -> [LevelReading] {
        Dictionary(readings.map { ("\($0.kind) \($0.subject)", $0) }) { $0.value >= $1.value ? $0 : $1 }
            .sorted { $0.key < $1.key }.map(\.value)
    }

    private static func readings(_ version: MonitoredVersion, _ now: EventTime) -> [LevelReading] {
        let subject = "endpoint:\(version.endpoint)"
        return [
            version.quality.growth.map { LevelReading(.errorGrowth, of: subject, $0, at: now) },
            version.quality.estimatedGrowth.map { LevelReading(.estimatedGrowth, of: subject, $0, at: now) },
        ]
        .compactMap(\.self)
    }

    private func facts(_ now: EventTime) -> AlertFacts {
        var facts = AlertFacts(
            traffic: self.gateway.routingTable.endpoints.keys.sorted().map { self.traffic(of: $0, now) },
            comparisons: self.readings.versions.map { monitored in
                AlertFacts.Comparison(
                    endpoint: monitored.endpoint,
                    version: monitored.version.description,
                    driftedColumns: monitored.drift.driftedColumns.map(\.name),
                    errorGrowth: monitored.quality.growth,
                    estimatedGrowth: monitored.quality.estimatedGrowth
                )
            }
        )
        let slow = self.slow.facts
        (facts.data, facts.jobs, facts.budgets, facts.host) = (slow.data, slow.jobs, slow.budgets, slow.host)
        (facts.interruptions, facts.experiments) = (slow.interruptions, slow.experiments)
        return facts
    }

    private func traffic(of endpoint: String, _ now: EventTime) -> AlertFacts.Traffic {
        let variants = self.gateway.traffic(of: endpoint, since: now - Self.window).filter { !$0.isShadow }
        var (answered, faults, slow) = (0, 0, 0)
        for variant in variants {
            answered += Int(clamping: variant.counts.answeredCount)
            faults += Int(clamping: variant.faultCount)
            slow += variant.counts.count(slowerThan: self.objectives.latencyAlertSeconds)
        }
        return AlertFacts.Traffic(
            endpoint: endpoint,
            requestCount: answered + faults,
            faultCount: faults,
            slowCount: slow,
            outages: variants.compactMap { variant in
                variant.outage.map { (variant: variant.name, reason: $0.remark) }
            }
        )
    }
}

/// Looks again and again while the server runs.
struct AlertService: Service {
    let watch: AlertWatch
    let clock: WorkspaceClock
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: self.interval)
                if !Task.isCancelled { await self.watch.look() }
            }
        }
        // What was counted since the last look is not lost.
        try? await self.watch.count(self.clock.now)
    }
}
