package import MartletCore
package import MartletTracking

/// Runs a plan on recorded traffic: the same machines, rules and statistics as in production, with time as fast as the
/// machine is.
///
/// Each unit is dealt to a variant as in production, and latencies are those recorded. How people would have behaved
/// with another version is not known: interactions count for whatever variant their unit is dealt to. Outcomes do not
/// depend on the version, so a paired experiment is a real one.
package struct Rehearsal: Sendable {
    private let plan: ReleasePlan
    private let faults: [RehearsalFault]
    private let start: EventTime
    private let checks: [HealthRule.Check]
    private var experiment: ExperimentMachine?
    private var release: ReleaseMachine?
    private var traffic: EndpointTraffic
    private var assignment: VariantAssignment
    private var observations: ExperimentObservations?
    private var seen = GreenTraffic.none
    /// The last requests that green answered, faults as 1, and why it is taken out.
    private var window: UInt64 = 0
    private var takenOut: String?
    private var seenSince: EventTime?
    private var seenAtLook = -1
    private var nextLook: EventTime
    /// When time alone may decide about the release next.
    private var deadline: EventTime?
    private var revision: Int64 = 1
    private var report = RehearsalReport()

    /// The time between two looks of a release; of an experiment it is the plan's.
    private static let tick = TimeSpan.seconds(1)

    /// Prepares the rehearsal of `plan` from `start` on.
    ///
    /// - Parameters:
    ///   - plan: what is rehearsed; with an experiment, that comes first.
    ///   - blue: the unit that answered then.
    ///   - green: the unit that is tried.
    ///   - checks: what green answers to the plan's recorded requests.
    ///   - faults: what goes wrong on purpose.
    ///   - start: when the rehearsal begins.
    /// - Throws: `release.sameVersion`.
    package init(
        _ plan: ReleasePlan,
        blue: ReleaseUnit,
        green: ReleaseUnit,
        checks: [HealthRule.Check],
        faults: [RehearsalFault],
        from start: EventTime
    ) throws(TrackingError) {
        self.plan = plan
        self.faults = faults
        self.start = start
        self.checks = checks
        self.nextLook = start
        self.traffic = EndpointTraffic(live: blue.version, at: plan.endpoint)
        self.assignment = VariantAssignment(self.traffic)
        let author = Attribution(by: "rehearsal", at: start)
        if plan.experiment != nil {
            let state = try ExperimentState(
                id: "rehearsed-experiment",
                plan: plan,
                control: blue,
                treatment: green,
                revision: 1,
                author
            )
            self.experiment = ExperimentMachine(state)
        } else {
            let state = try ReleaseState(
                id: "rehearsed-release",
                plan: plan,
                blue: blue,
                green: green,
                revision: 1,
                author
            )
            self.release = ReleaseMachine(state)
        }
    }

    /// Runs to `end` or until nothing is left to decide.
    ///
    /// All three lists are in the order of their times.
    package mutating func run(
        _ requests: [RehearsedRequest],
        _ interactions: [Interaction] = [],
        _ outcomes: [Outcome] = [],
        until end: EventTime
    ) throws(TrackingError) -> RehearsalReport {
        var (request, interaction, outcome) = (0, 0, 0)
        var now = self.start
        while now <= end {
            try self.decide(at: now)
            let next = now + Self.tick
            while request < requests.count, requests[request].at < next {
                if requests[request].at >= now { self.serve(requests[request]) }
                request += 1
            }
            while interaction < interactions.count, interactions[interaction].at < next {
                self.observations?.add(interactions[interaction])
                interaction += 1
            }
            while outcome < outcomes.count, outcomes[outcome].at < next {
                self.observations?.add(outcomes[outcome])
                outcome += 1
            }
            if self.isOver, request >= requests.count { break }
            let arrival = request < requests.count ? requests[request].at : end
            now = max(next, min(arrival, self.nextDecision(after: now)))
        }
        self.report.phase = self.release?.state.phase.rawValue
        self.report.experimentOutcome = self.experiment?.state.outcome
        return self.report
    }

    /// When something may be decided without another request.
    private func nextDecision(after now: EventTime) -> EventTime {
        if self.active(at: now).contains(where: { $0.kind == .deadStore }) { return now }
        if self.release != nil { return self.deadline ?? EventTime(microseconds: .max) }
        return self.nextLook
    }

    private var isOver: Bool {
        self.release?.state.phase.isFinal ?? (self.experiment?.state.phase.isFinal ?? true)
    }

    // MARK: Users

    private mutating func serve(_ request: RehearsedRequest) {
        let dealt = self.traffic.variants[self.assignment.position(of: request.unit)]
        let green = self.release?.state.green.version ?? self.experiment?.state.treatment.version
        let substitute = self.traffic.answering.filter { $0.version != green }.max { $0.weight < $1.weight }
        let isSubstitute = dealt.version == green && self.takenOut != nil
        let variant = isSubstitute ? substitute ?? dealt : dealt
        let isGreen = variant.version == green
        let answer = self.answer(request, isGreen: isGreen)
        let isSlow = answer.latency > self.plan.gates.latencyLimit.microseconds
        if isGreen {
            Self.count(&self.report.new, answer.isFailure, isSlow, answer.prediction, request.recorded)
            self.seen.requests += 1
            if answer.isFailure { self.seen.errors += 1 }
            if isSlow { self.seen.slow += 1 }
            if substitute != nil { self.strain(answer.isFailure, answer.latency) }
        } else {
            Self.count(&self.report.old, answer.isFailure, isSlow, answer.prediction, request.recorded)
        }
        guard !answer.isFailure, self.experiment?.state.phase == .running else { return }
        var exposure = Self.exposure(request, variant.name, answer.prediction, isShadow: false)
        exposure.isSubstitute = isSubstitute
        self.observations?.add(exposure)
        for shadow in self.traffic.shadows {
            let scored = self.answer(request, isGreen: shadow.version == green)
            guard !scored.isFailure else { continue }
            self.observations?.add(Self.exposure(request, shadow.name, scored.prediction, isShadow: true))
        }
    }

    /// Has the gateway's fuse see an answer of green; once blown, blue answers for it until the traffic is set again.
    private mutating func strain(_ isFailure: Bool, _ latency: Int64) {
        let policy = self.traffic.fuse ?? FusePolicy()
        let isFault = policy.isFault(failed: isFailure, latencyMicroseconds: latency)
        self.window = self.window << 1 | (isFault ? 1 : 0)
        if self.takenOut == nil { self.takenOut = policy.reason(self.window)?.text }
    }

    private func answer(
        _ request: RehearsedRequest,
        isGreen: Bool
    ) -> (prediction: Double?, latency: Int64, isFailure: Bool) {
        var prediction = isGreen ? request.candidate : request.recorded
        var latency = request.latencyMicroseconds
        var isFailure = isGreen ? request.candidateFails : request.didFail
        guard isGreen else { return (prediction, latency, isFailure) }
        for fault in self.active(at: request.at) {
            switch fault.kind {
            case .errors(let share): if request.dice < share { isFailure = true }
            case .slow(let span): latency += span.microseconds
            case .wrong(let factor): prediction = prediction.map { $0 * factor }
            case .deadStore: break
            }
        }
        return (isFailure ? nil : prediction, latency, isFailure)
    }

    private func active(at moment: EventTime) -> [RehearsalFault] {
        let elapsed = TimeSpan(microseconds: moment.microseconds - self.start.microseconds)
        return self.faults.filter { $0.isActive(elapsed) }
    }

    private static func count(
        _ met: inout RehearsalReport.Met,
        _ isFailure: Bool,
        _ isSlow: Bool,
        _ prediction: Double?,
        _ recorded: Double?
    ) {
        met.requests += 1
        if isFailure { met.failures += 1 }
        if isSlow { met.slow += 1 }
        guard let prediction, let recorded else { return }
        met.distance += abs(prediction - recorded) / max(abs(recorded), .leastNormalMagnitude)
        met.compared += 1
    }

    private static func exposure(
        _ request: RehearsedRequest,
        _ variant: String,
        _ prediction: Double?,
        isShadow: Bool
    ) -> Exposure {
        Exposure(
            requestID: request.requestID,
            at: request.at,
            variant: variant,
            unit: request.unit,
            entity: request.entity,
            prediction: prediction,
            isShadow: isShadow
        )
    }

    // MARK: Decisions

    private mutating func decide(at moment: EventTime) throws(TrackingError) {
        if self.active(at: moment).contains(where: { $0.kind == .deadStore }) { return }
        for _ in 0..<4 {
            let before = (self.experiment?.state.phase, self.release?.state.phase, self.release?.state.step)
            if self.release != nil {
                self.stepRelease(at: moment)
            } else {
                try self.stepExperiment(at: moment)
            }
            let after = (self.experiment?.state.phase, self.release?.state.phase, self.release?.state.step)
            if before == after { return }
        }
    }

    private mutating func set(_ traffic: EndpointTraffic) {
        self.traffic = traffic.following(self.traffic)
        self.assignment = VariantAssignment(self.traffic)
        self.revision += 1
        (self.window, self.takenOut) = (0, nil)
    }

    private mutating func stepExperiment(at moment: EventTime) throws(TrackingError) {
        guard var machine = self.experiment else { return }
        let before = machine.state
        var reasons: [String] = []
        switch machine.action {
        case .route(let target):
            self.set(target)
            machine.didRoute(revision: self.revision, at: moment)
            if machine.state.phase == .running {
                self.observations = ExperimentObservations(
                    variants: [ExperimentReading.control, ExperimentReading.treatment],
                    metrics: machine.state.experiment.metrics,
                    from: moment,
                    pairedLoss: machine.state.experiment.isPaired ? .absolute : nil,
                    reducing: machine.state.experiment.varianceReduction ?? .none
                )
            }
        case .observe:
            guard moment >= self.nextLook, var reading = self.observations?.reading else { return }
            reading.variants[ExperimentReading.treatment]?.takenOut = self.takenOut
            guard let inputs = machine.ruleInputs(reading, at: moment) else { return }
            self.nextLook = moment + machine.state.experiment.lookInterval
            self.report.lookCount += 1
            let ruling = ExperimentRule.decide(inputs)
            reasons = ruling.reasons
            if machine.didObserve(ruling, at: moment) {
                let author = Attribution(by: "rehearsal", at: moment)
                self.release = ReleaseMachine(
                    try ReleaseState(following: machine.state, id: "rehearsed-release", author)
                )
            }
        case .awaitLoaded, .checkHealth, .nothing: return
        }
        self.experiment = machine
        if machine.state.phase != before.phase || machine.state.verdict != before.verdict {
            let phase = machine.state.phase == .running ? machine.state.verdict.rawValue : machine.state.phase.rawValue
            self.note("experiment", phase, reasons.isEmpty ? machine.state.reasons : reasons, at: moment)
        }
    }

    private mutating func stepRelease(at moment: EventTime) {
        guard var machine = self.release else { return }
        let before = machine.state
        var reasons: [String] = []
        switch machine.action {
        case .nothing: return
        case .route(let target):
            self.set(target)
            machine.didRoute(revision: self.revision, at: moment)
        case .awaitLoaded: machine.didLoad(at: moment)
        case .checkHealth:
            let ruling = HealthRule.decide(
                .init(checks: self.checks.map { self.disturbed($0, at: moment) }, tolerance: self.plan.health.tolerance)
            )
            reasons = ruling.reasons
            machine.didCheckHealth(ruling, at: moment)
        case .observe:
            let since = machine.observedSince(at: moment)
            if self.seenSince != since {
                self.seen = .none
                self.seenSince = since
                self.seenAtLook = -1
            }
            self.seen.takenOut = self.takenOut
            guard let inputs = machine.gateInputs(self.seen, at: moment) else { return }
            // Without new requests only the end of a span can decide.
            guard self.seen.requests != self.seenAtLook || self.deadline.map({ moment >= $0 }) ?? false else { return }
            self.seenAtLook = self.seen.requests
            let spans = [inputs.hold, inputs.patience].map { machine.state.phaseSince + $0 }
            self.deadline = spans.filter { $0 > moment }.min()
            self.report.lookCount += 1
            let ruling = ReleaseGateRule.decide(inputs)
            reasons = ruling.reasons
            machine.didObserve(ruling, at: moment)
        }
        self.release = machine
        if machine.state.phaseSince != before.phaseSince { self.deadline = moment }
        if machine.state.phase != before.phase || machine.state.step != before.step {
            self.note("release", machine.state.phase.rawValue, reasons, at: moment)
        }
    }

    private func disturbed(_ check: HealthRule.Check, at moment: EventTime) -> HealthRule.Check {
        var check = check
        for fault in self.active(at: moment) {
            if case .wrong(let factor) = fault.kind { check.answered = check.answered.map { $0 * factor } }
        }
        return check
    }

    private mutating func note(_ kind: String, _ phase: String, _ reasons: [String], at moment: EventTime) {
        self.report.events.append(.init(at: moment, kind: kind, phase: phase, reasons: reasons))
    }
}
