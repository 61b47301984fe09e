import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletServing
import MartletStores
import MartletTracking

/// The days of one simulation: moves the clock from one thing that happens to the next.
actor SimulationRun {
    private let simulation: Simulation
    private let application: Application
    private let time: SteppedTime
    private let calendar: SimulatedCalendar
    private let serving: Application.Serving
    private let feedback: any FeedbackStore
    private let start: EventTime
    private let end: EventTime
    private let monitor: TrafficMonitor
    private let readings: MonitoringReadings
    private let alerts: AlertWatch
    private let people: SimulatedPeople
    private let reports: SimulatedReports
    private let runner: ReleaseRunner
    private var visitors: SimulatedVisitors
    private let timeline: SimulationTimeline
    private var openRuns: [ReleaseRun] = []
    private var monitoredAt: EventTime
    private var alertedAt: EventTime
    private var midnight: EventTime
    private var day = 1
    private var before = SimulatedVisitors.Figures()
    private var hasWaitingJobs = true
    private var workedAt = EventTime(microseconds: 0)
    /// What went wrong while a step took its time.
    private var failure: (any Error)?

    /// The time between two looks while nothing but the day goes on, and at most and at least while a release does.
    private static let calm = TimeSpan.seconds(300)
    private static let busy = TimeSpan.seconds(10)
    /// While a release moves traffic, it is looked at after each such part of the time that it stands where it does.
    private static let busyShare = 0.05
    /// The time between two comparisons of traffic with training.
    private static let monitored = TimeSpan.seconds(3 * 3_600)

    /// Prepares the days from `start` on.
    init(
        _ simulation: Simulation,
        _ application: Application,
        _ time: SteppedTime,
        _ visitors: SimulatedVisitors,
        timeline: sending SimulationTimeline,
        from start: EventTime
    ) throws {
        self.simulation = simulation
        self.application = application
        self.time = time
        self.visitors = visitors
        self.timeline = timeline
        self.start = start
        self.calendar = SimulatedCalendar(simulation.plan.zone)
        self.end = self.calendar.midnight(simulation.days, after: start)
        self.midnight = self.calendar.midnight(1, after: start)
        (self.monitoredAt, self.alertedAt) = (start, start)
        self.serving = try application.serving()
        self.feedback = SQLFeedbackStore(try application.metadata.database())
        self.monitor = try TrafficMonitor(application)
        // The disk and the files of this machine are no part of the simulation.
        self.readings = MonitoringReadings(folder: "")
        self.alerts = try AlertWatch(application, gateway: self.serving.gateway, readings: self.readings)
        self.people = SimulatedPeople(simulation.plan, application)
        let reports = SimulatedReports()
        self.reports = reports
        self.runner = try application.releaseRunner(self.serving.gateway) { reports.add($0) }
    }

    /// Lets the days pass.
    func live() async throws -> SimulationReport {
        let plan = self.simulation.plan
        for trouble in self.simulation.troubles where trouble == .lateLabels {
            self.visitors.lateness = .days(7)
            self.timeline.add("fault", "what came true is known a week later than usual", at: self.start)
        }
        try await self.serving.load()
        let worker = try self.application.jobWorker(
            limit: 1,
            quiet: true,
            simulated: SimulatedStepRunner(application: self.application, durations: plan.durations) {
                order,
                outcome,
                span in
                await self.ended(order, outcome, after: span)
            }
        )
        self.troubles(of: 1)
        while self.time.now < self.end {
            try await self.work(worker)
            try await self.pass(to: min(self.end, self.next(after: self.time.now)))
        }
        await self.serving.gateway.queue.flush(to: self.serving.sink, now: self.time.now)
        let live = try await self.application.deployments().deployment(of: plan.endpoint.value)
        return SimulationReport(
            plan: plan.name,
            seed: self.simulation.seed,
            from: self.start,
            to: self.end,
            events: self.timeline.events,
            figures: self.visitors.figures,
            live: live?.traffic.answering.map { "\($0.version)" }.joined(separator: ", ") ?? "",
            folder: self.simulation.folder.path
        )
    }

    // MARK: Time

    /// The end of the present slot: soon while a release moves traffic, else at the next whole five minutes.
    private func next(after moment: EventTime) -> EventTime {
        let since = self.openRuns.compactMap(Self.busySince).max()
        let length = since.map { Self.slot(from: $0, at: moment) } ?? Self.calm.microseconds
        return min(EventTime(microseconds: (moment.microseconds / length + 1) * length), self.midnight)
    }

    /// The longer a release stands where it does, the less a look more tells: a whole number of busy slots.
    private static func slot(from since: EventTime, at moment: EventTime) -> Int64 {
        let share = Double(moment.microseconds - since.microseconds) * Self.busyShare
        let busy = Self.busy.microseconds
        return min(Self.calm.microseconds, max(1, Int64(share) / busy) * busy)
    }

    /// Since when a release that moves traffic stands where it does; `nil` where it waits for a person or is watched for long.
    private static func busySince(_ run: ReleaseRun) -> EventTime? {
        guard case .release(let state) = run, state.phase != .standingBy, state.phase != .awaitingApproval else {
            return nil
        }
        return state.phaseSince
    }

    /// Lets everything but jobs go on up to `target`.
    private func pass(to target: EventTime) async throws {
        while self.time.now < target {
            let now = self.time.now
            let next = min(target, self.next(after: now))
            self.visitors.come(from: now, to: next, self.serving.gateway, self.time)
            self.time.move(to: next)
            try await self.look()
            if next >= self.midnight { self.endDay() }
            let lines = try await self.people.look(from: now, to: next)
            for line in lines { self.timeline.add("people", line, at: self.time.now) }
            if !lines.isEmpty { try await self.carryOut() }
        }
    }

    /// What the server does again and again: follow deployments, carry out releases, compare, alert.
    private func look() async throws {
        let now = self.time.now
        self.serving.gateway.scoreShadows()
        await self.serving.gateway.queue.flush(to: self.serving.sink, now: now)
        let known = self.visitors.known(by: now)
        if !known.interactions.isEmpty { _ = try await self.feedback.record(known.interactions) }
        if !known.outcomes.isEmpty { _ = try await self.feedback.record(known.outcomes) }
        _ = try await self.serving.follower.poll()
        try await self.carryOut()
        if now >= self.monitoredAt + Self.monitored {
            self.monitoredAt = now
            if let look = await self.monitor.look() { self.readings.set(look) }
        }
        if now >= self.alertedAt + Self.calm {
            self.alertedAt = now
            for transition in await self.alerts.look() {
                let alert = transition.alert
                let what =
                    switch transition.kind {
                    case .escalated: transition.isWorse ? "worse" : "nobody took it on"
                    case .fired, .resolved: transition.kind.rawValue
                    }
                self.timeline.add("alert", "\(what): \(alert.priority.rawValue) \(alert.chain)", at: now)
            }
        }
    }

    /// Takes the steps of releases and experiments that are due now.
    private func carryOut() async throws {
        for _ in 0..<8 {
            let count = await self.runner.tick()
            _ = try await self.serving.follower.poll()
            for run in self.reports.drain() { self.tell(run) }
            if count == 0 { break }
        }
        self.openRuns = try await self.application.releaseStore().openRuns().map(\.run)
    }

    // MARK: Jobs

    /// Begins and carries out the jobs that are due; while a step takes its time, the day goes on.
    private func work(_ worker: JobWorker) async throws {
        guard self.hasWaitingJobs || self.isTickDue else { return }
        self.workedAt = self.time.now
        _ = try await worker.runDue()
        if let failure = self.failure { throw failure }
        let store = try self.application.jobStore()
        self.hasWaitingJobs = false
        for phase in [JobPhase.queued, .running] {
            if try await !store.jobs(JobFilter(phase: phase, limit: 1)).isEmpty { self.hasWaitingJobs = true }
        }
    }

    /// Whether a clock of a pipeline ticked since jobs were begun last.
    private var isTickDue: Bool {
        self.application.workspace.pipelines.contains { file in
            file.definition.nextTick(after: self.workedAt).map { $0 <= self.time.now } ?? false
        }
    }

    /// A step has done its work: tells of it, and lets the time pass that it takes.
    private func ended(_ order: StepOrder, _ outcome: StepOutcome, after span: TimeSpan) async {
        let text = SimulatedStepText(order, outcome)
        self.timeline.add(text.kind, text.line, at: self.time.now)
        do {
            try await self.pass(to: min(self.end, self.time.now + span))
        } catch {
            self.failure = error
        }
    }

    // MARK: Days

    private func endDay() {
        let (now, figures) = (self.time.now, self.visitors.figures)
        let visitors = figures.visitors - self.before.visitors
        let signed = figures.signed - self.before.signed
        let failures = figures.failures - self.before.failures
        let share = visitors == 0 ? 0 : (1_000 * Double(signed) / Double(visitors)).rounded() / 10
        let failed = failures == 0 ? "no failed request" : "\(Quantity.count(failures)) failed requests"
        let last = self.simulation.plan.visitors.steps.last?.kind ?? ""
        self.timeline.add(
            "day \(self.day)",
            "\(Quantity.count(visitors)) visitors, \(last) of \(share) %, \(failed)",
            at: now
        )
        self.before = figures
        self.day += 1
        self.midnight = self.calendar.midnight(1, after: now)
        self.troubles(of: self.day)
    }

    private func troubles(of day: Int) {
        for trouble in self.simulation.troubles {
            guard let sentence = trouble.sentence, sentence.day == day else { continue }
            if case .drift = trouble { self.visitors.hasDrifted = true }
            self.timeline.add("fault", sentence.text, at: self.time.now)
        }
    }

    // MARK: Releases

    private func tell(_ run: ReleaseRun) {
        for line in SimulatedRunText.lines(run) { self.timeline.add(run.kind, line, at: self.time.now) }
        guard case .release(let state) = run, state.phase == .warmingUp else { return }
        for case .badRelease(let day) in self.simulation.troubles where self.day >= day {
            self.application.drill?.set([.errors(0.05)], of: state.green.version)
        }
    }
}
