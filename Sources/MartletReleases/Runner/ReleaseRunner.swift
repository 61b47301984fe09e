package import MartletCore
package import MartletTracking

/// Carries releases and experiments out: looks at each, does what its machine says, and stores what came of it.
///
/// Nothing is kept here that a restart would miss: the next tick of any process goes on from what is stored. Two
/// processes that run releases of one store notice each other by the version of the run and the revision of the
/// endpoint.
package actor ReleaseRunner {
    /// What the runner has to say to the one who runs it.
    package enum Report: Sendable, Hashable {
        /// A run moved to another phase.
        case moved(ReleaseRun)
        /// A run cannot be carried on for now, for the reason given; it is tried again.
        case stuck(String, String)
    }

    /// The name in the ledger of what nobody decided by hand.
    package static let actorName = "martlet"

    private let store: any ReleaseStore
    private let deployments: any DeploymentStore
    private let probe: any ReleaseProbe
    private let observations: any TrafficObservations
    private let now: @Sendable () -> EventTime
    private let newID: @Sendable () -> String
    private let report: @Sendable (Report) -> Void
    private var looks: [String: Look] = [:]
    private var obstacles: [String: String] = [:]

    /// When a run was looked at and written down last.
    private struct Look {
        var lookedAt: EventTime
        var notedAt: EventTime
        var verdict: String
    }

    /// Carries out what `store` holds.
    package init(
        store: any ReleaseStore,
        deployments: any DeploymentStore,
        probe: any ReleaseProbe,
        observations: any TrafficObservations,
        now: @escaping @Sendable () -> EventTime,
        newID: @escaping @Sendable () -> String,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.store = store
        self.deployments = deployments
        self.probe = probe
        self.observations = observations
        self.now = now
        self.newID = newID
        self.report = report
    }

    /// Looks at each `interval` until the task is cancelled.
    package func run(every interval: Duration = .milliseconds(200)) async {
        while !Task.isCancelled {
            _ = await self.tick()
            try? await Task.sleep(for: interval)
        }
    }

    /// Takes one step of every run that has not ended, and sets the traffic it decided on.
    ///
    /// - Returns: how many runs changed.
    @discardableResult
    package func tick() async -> Int {
        let runs: [StoredRun]
        do {
            runs = try await self.store.openRuns()
            self.obstacles[""] = nil
        } catch {
            self.isStuck("", error)
            return 0
        }
        var count = 0
        for run in runs {
            do throws(TrackingError) {
                if try await self.step(run) {
                    count += 1
                    // What was decided is carried out at once: a rollback waits for no second look.
                    try await self.carryOut(run.run.id)
                }
                self.obstacles[run.run.id] = nil
            } catch  where error.code == .releaseChangedMeanwhile || error.code == .deploymentChangedMeanwhile {
                // Another process or a person was first; the next tick sees what they did.
            } catch {
                self.isStuck(run.run.id, error)
            }
        }
        return count
    }

    /// Sets the traffic of a run that just decided on it.
    private func carryOut(_ id: String) async throws(TrackingError) {
        guard let stored = try await self.store.run(id), case .route = stored.run.action else { return }
        _ = try await self.step(stored)
    }

    private func isStuck(_ id: String, _ error: TrackingError) {
        guard self.obstacles.updateValue(error.message, forKey: id) != error.message else { return }
        self.report(.stuck(id, error.message))
    }

    private func step(_ stored: StoredRun) async throws(TrackingError) -> Bool {
        switch stored.run {
        case .release(let state): try await self.step(ReleaseMachine(state), stored)
        case .experiment(let state): try await self.step(ExperimentMachine(state), stored)
        }
    }

    // MARK: Releases

    private func step(_ start: ReleaseMachine, _ stored: StoredRun) async throws(TrackingError) -> Bool {
        var machine = start
        var decisions: [DecisionRecord] = []
        let subject = machine.state.subject
        switch machine.action {
        case .nothing: return false
        case .route(let target):
            switch try await self.route(target, stored.run) {
            case .routed(let revision): machine.didRoute(revision: revision, at: self.now())
            case .refused(let reason): machine.routeWasRefused(reason, at: self.now())
            case .displaced(let author): machine.wasDisplaced(by: author, at: self.now())
            }
        case .awaitLoaded(let version):
            if let reason = await self.probe.obstacle(of: version, at: machine.state.plan.endpoint) {
                machine.isNotLoaded(reason, at: self.now())
            } else {
                machine.didLoad(at: self.now())
            }
        case .checkHealth(let version):
            let health = machine.state.plan.health
            let inputs = HealthRule.Inputs(
                checks: try await self.checks(of: version, health),
                tolerance: health.tolerance
            )
            let ruling = HealthRule.decide(inputs)
            let record = try HealthRule.record(ruling, inputs, about: subject, at: self.now())
            decisions.append(record)
            machine.didCheckHealth(ruling, at: record.at)
        case .observe:
            if let author = try await self.displacer(of: stored.run) {
                machine.wasDisplaced(by: author, at: self.now())
            } else if let record = try await self.observe(&machine) {
                decisions.append(record)
            }
        }
        guard machine != start else { return false }
        try await self.save(.release(machine.state), stored, decisions)
        return true
    }

    /// A file of requests that cannot be read is a check that failed, not a reason to wait for ever.
    private func checks(
        of version: ModelVersionID,
        _ health: ReleaseHealth
    ) async throws(TrackingError) -> [HealthRule.Check] {
        do {
            return try await self.probe.answers(of: version, to: health)
        } catch  where error.code == .releaseInvalid {
            return [HealthRule.Check(line: 0, expected: [], answered: [], failure: error.message)]
        }
    }

    /// Lets the gates decide.
    ///
    /// - Returns: the decision, when the machine moved.
    private func observe(_ machine: inout ReleaseMachine) async throws(TrackingError) -> DecisionRecord? {
        let state = machine.state
        let traffic = try await self.observations.traffic(
            of: ReleaseState.greenName,
            serving: state.green.version,
            at: state.plan.endpoint,
            since: machine.observedSince(at: self.now()),
            slowerThan: state.plan.gates.latencyLimit
        )
        let moment = self.now()
        guard let inputs = machine.gateInputs(traffic, at: moment) else { return nil }
        let ruling = ReleaseGateRule.decide(inputs)
        let before = machine
        machine.didObserve(ruling, at: moment)
        if machine != before {
            self.looks[state.id] = nil
            return try ReleaseGateRule.record(ruling, inputs, about: state.subject, at: moment)
        }
        if self.isWorthNoting(state.id, ruling.verdict, moment, interval: .seconds(10)) {
            try await self.store.note(try ReleaseGateRule.record(ruling, inputs, about: state.subject, at: moment))
        }
        return nil
    }

    // MARK: Experiments

    private func step(_ start: ExperimentMachine, _ stored: StoredRun) async throws(TrackingError) -> Bool {
        var machine = start
        var decisions: [DecisionRecord] = []
        var next: ReleaseRun?
        switch machine.action {
        case .nothing, .awaitLoaded, .checkHealth: return false
        case .route(let target):
            switch try await self.route(target, stored.run) {
            case .routed(let revision): machine.didRoute(revision: revision, at: self.now())
            case .refused(let reason): machine.routeWasRefused(reason, at: self.now())
            case .displaced(let author): machine.wasDisplaced(by: author, at: self.now())
            }
        case .observe:
            let state = machine.state
            if let author = try await self.displacer(of: stored.run) {
                machine.wasDisplaced(by: author, at: self.now())
                break
            }
            let isDue =
                self.looks[state.id].map { self.now() >= $0.lookedAt + state.experiment.lookInterval } ?? true
            guard isDue else { return false }
            let reading = try await self.observations.reading(of: state)
            let moment = self.now()
            guard let inputs = machine.ruleInputs(reading, at: moment) else { return false }
            let ruling = ExperimentRule.decide(inputs)
            let record = try ExperimentRule.record(ruling, inputs, about: state.subject, at: moment)
            let isNew = record.verdict != state.verdict.rawValue
            if machine.didObserve(ruling, at: moment) {
                next = .release(try self.release(after: machine.state, self.author(at: moment)))
            }
            let interval = TimeSpan(microseconds: state.experiment.durationMaximum.microseconds / 2_000)
            let isWorthNoting = self.isWorthNoting(state.id, record.verdict, moment, interval: interval)
            guard isNew || machine.state.phase != state.phase else {
                if isWorthNoting { try await self.store.note(record) }
                return false
            }
            decisions.append(record)
        }
        guard machine != start else { return false }
        try await self.save(.experiment(machine.state), stored, decisions, followedBy: next)
        return true
    }

    /// The release that takes over from an experiment that was won.
    private func release(
        after state: ExperimentState,
        _ author: Attribution
    ) throws(TrackingError) -> ReleaseState {
        try ReleaseState(following: state, id: self.newID(), author)
    }

    // MARK: Both

    private enum Routed {
        case routed(Int64)
        case refused(String)
        case displaced(Attribution)
    }

    private func route(_ target: EndpointTraffic, _ run: ReleaseRun) async throws(TrackingError) -> Routed {
        let deployment = try await self.deployments.deployment(of: run.endpoint)
        switch RoutingPlan(target, over: deployment, knownAs: run.revision) {
        case .done(let revision): return .routed(revision)
        case .displaced(let author): return .displaced(author ?? self.author(at: self.now()))
        case .route(let expected):
            do {
                let routed = try await self.deployments.route(
                    target,
                    at: run.endpoint,
                    expecting: expected,
                    Attribution(by: Self.actorName, at: self.now(), reason: "\(run.subject) is \(run.phase)")
                )
                return .routed(routed.revision)
            } catch  where Self.isRefusal(error.code) {
                return .refused(error.message)
            }
        }
    }

    private static func isRefusal(_ code: ErrorCode) -> Bool {
        [.versionNotApproved, .modelVersionNotFound, .modelNotFound, .invalidTraffic].contains(code)
    }

    /// Who set the endpoint's traffic while the run was only watching it.
    private func displacer(of run: ReleaseRun) async throws(TrackingError) -> Attribution? {
        guard let deployment = try await self.deployments.deployment(of: run.endpoint) else {
            return self.author(at: self.now())
        }
        return deployment.traffic.release == run.id ? nil : deployment.author
    }

    private func save(
        _ run: ReleaseRun,
        _ stored: StoredRun,
        _ decisions: [DecisionRecord],
        followedBy next: ReleaseRun? = nil
    ) async throws(TrackingError) {
        _ = try await self.store.save(
            run,
            expecting: stored.version,
            decisions,
            followedBy: next,
            self.author(at: self.now())
        )
        if run.phase != stored.run.phase { self.report(.moved(run)) }
    }

    private func author(at moment: EventTime) -> Attribution { Attribution(by: Self.actorName, at: moment) }

    private func isWorthNoting(_ id: String, _ verdict: String, _ moment: EventTime, interval: TimeSpan) -> Bool {
        var look = self.looks[id] ?? Look(lookedAt: moment, notedAt: moment - interval, verdict: "")
        let isWorth = look.verdict != verdict || moment >= look.notedAt + interval
        look.lookedAt = moment
        if isWorth { look.notedAt = moment }
        look.verdict = verdict
        self.looks[id] = look
        return isWorth
    }
}
