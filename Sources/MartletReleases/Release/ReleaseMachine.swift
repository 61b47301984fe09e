package import MartletCore
package import MartletTracking

/// A release of one endpoint, as a pure state machine.
///
/// ```
/// starting ▶ warming-up ▶ verifying ▶ shifting ⇄ observing ▶ standing-by ▶ retiring ▶ completed
///                                        ▲            │▲
///                                        └ awaiting-approval
/// every phase before retiring ▶ rolling-back ▶ rolled-back
/// ```
/// The machine decides when traffic moves and never moves it: `action` says what is to be done, and one method takes
/// each outcome. A state is stored before its action is carried out. An outcome that does not fit the phase, such as
/// one that came late, changes nothing.
package struct ReleaseMachine: Sendable, Hashable {
    package private(set) var state: ReleaseState

    /// Goes on from a stored state.
    package init(_ state: ReleaseState) { self.state = state }

    /// What is to be done now.
    package var action: ReleaseAction {
        let state = self.state
        return switch state.phase {
        case .starting: .route(state.traffic(green: 0))
        case .warmingUp: .awaitLoaded(state.green.version)
        case .verifying: .checkHealth(state.green.version)
        case .shifting: .route(state.traffic(green: state.plan.steps[state.step].weight))
        case .observing, .awaitingApproval, .standingBy: .observe
        case .retiring: .route(state.traffic(alone: state.green.version))
        case .rollingBack: .route(state.traffic(alone: state.blue.version))
        case .completed, .rolledBack: .nothing
        }
    }

    /// What the gates are given to decide about `traffic` at `moment`; `nil` where green is not watched.
    package func gateInputs(_ traffic: GreenTraffic, at moment: EventTime) -> ReleaseGateRule.Inputs? {
        let state = self.state
        let step = state.plan.steps[state.step]
        let isLast = state.step == state.plan.steps.count - 1
        let stage: ReleaseGateRule.Stage
        let hold: TimeSpan
        switch state.phase {
        case .observing: (stage, hold) = (isLast ? .watch : .step, step.hold)
        case .awaitingApproval: (stage, hold) = (.approval, step.hold)
        case .standingBy: (stage, hold) = (.standby, state.plan.standby)
        default: return nil
        }
        return ReleaseGateRule.Inputs(
            gates: state.plan.gates,
            stage: stage,
            weight: step.weight,
            hold: hold,
            patience: state.plan.patience,
            elapsed: TimeSpan(microseconds: max(0, moment.microseconds - state.phaseSince.microseconds)),
            traffic: traffic
        )
    }

    /// Since when traffic counts for the gates at `moment`.
    ///
    /// While a share is watched, since it was given. After the watch the count begins anew each time the watch's length
    /// is over, so that hours of good answers do not hide a breach that begins late.
    package func observedSince(at moment: EventTime) -> EventTime {
        let state = self.state
        guard state.phase == .standingBy || state.phase == .awaitingApproval else { return state.phaseSince }
        let window = max(state.plan.steps.last?.hold.microseconds ?? 0, 1_000_000)
        // The end of the standby is decided by its last whole count, not by one that just began.
        let last = state.phase == .standingBy ? max(0, state.plan.standby.microseconds - 1) : .max
        let elapsed = min(max(0, moment.microseconds - state.phaseSince.microseconds), last)
        return state.phaseSince + TimeSpan(microseconds: elapsed / window * window)
    }

    /// The endpoint has the traffic of ``action`` now, as `revision`.
    package mutating func didRoute(revision: Int64, at moment: EventTime) {
        switch self.state.phase {
        case .starting: self.enter(.warmingUp, at: moment)
        case .shifting: self.enter(.observing, at: moment)
        case .retiring: self.enter(.completed, at: moment)
        case .rollingBack: self.enter(.rolledBack, at: moment)
        default: return
        }
        self.state.revision = revision
    }

    /// The endpoint can never have the traffic of ``action``.
    package mutating func routeWasRefused(_ reason: String, at moment: EventTime) {
        guard case .route = self.action, self.state.phase != .rollingBack else { return }
        self.goBack([Remark("release.notSet", "The traffic could not be set: \(reason)")], at: moment)
    }

    /// Somebody else set the endpoint's traffic; the release leaves it alone and ends.
    package mutating func wasDisplaced(by author: Attribution, at moment: EventTime) {
        guard !self.state.phase.isFinal else { return }
        if self.state.rollbackReason == nil { self.say([.displaced(by: author)]) }
        self.enter(.rolledBack, at: moment)
    }

    /// Green is loaded.
    package mutating func didLoad(at moment: EventTime) {
        if self.state.phase == .warmingUp { self.enter(.verifying, at: moment) }
    }

    /// Green is not loaded yet; after the plan's limit the release goes back.
    package mutating func isNotLoaded(_ reason: String?, at moment: EventTime) {
        guard self.state.phase == .warmingUp else { return }
        let limit = self.state.plan.health.warmUpLimit
        guard moment >= self.state.phaseSince + limit else { return }
        let version = self.state.green.version.description
        let remark: Remark =
            if let reason {
                Remark("release.notLoadedWhy", "\(version) was not loaded within \(limit): \(reason)")
            } else {
                Remark("release.notLoaded", "\(version) was not loaded within \(limit)")
            }
        self.goBack([remark], at: moment)
    }

    /// The recorded requests were answered, well or not.
    package mutating func didCheckHealth(_ ruling: Ruling, at moment: EventTime) {
        guard self.state.phase == .verifying else { return }
        if ruling.verdict == "pass" {
            self.state.step = 0
            self.enter(self.nextPhase(before: 0), at: moment)
        } else {
            self.goBack(ruling.remarks, at: moment)
        }
    }

    /// The gates decided about what was seen.
    package mutating func didObserve(_ ruling: Ruling, at moment: EventTime) {
        guard case .observe = self.action else { return }
        switch ReleaseGateRule.Verdict(rawValue: ruling.verdict) {
        case .rollback?: self.goBack(ruling.remarks, at: moment)
        case .advance?: self.advance(at: moment)
        case .wait?, nil: return
        }
    }

    /// A person ends the release; blue gets everything back.
    ///
    /// - Throws: `release.wrongPhase` when it has ended or blue was given up.
    package mutating func abort(_ author: Attribution) throws(TrackingError) {
        switch self.state.phase {
        case .completed, .retiring:
            throw TrackingError(
                .releaseWrongPhase,
                "release \(self.state.id) is \(self.state.phase.rawValue): \(self.state.blue.version) is archived; start "
                    + "a new release back to it"
            )
        case .rolledBack, .rollingBack:
            throw TrackingError(
                .releaseWrongPhase,
                "release \(self.state.id) is \(self.state.phase.rawValue) already: \(self.state.rollbackReason ?? "")"
            )
        default:
            self.goBack([.ended(by: author)], at: author.at)
        }
    }

    /// A person lets the release go on: over an approval that is asked for, or over the rest of a step or standby.
    ///
    /// - Throws: `release.wrongPhase` where nothing can be skipped.
    package mutating func promote(_ author: Attribution) throws(TrackingError) {
        switch self.state.phase {
        case .awaitingApproval:
            self.state.isPromoted = true
            self.enter(.shifting, at: author.at)
        case .observing where self.state.step < self.state.plan.steps.count - 1:
            self.state.isPromoted = true
            self.state.step += 1
            self.enter(.shifting, at: author.at)
        case .standingBy: self.enter(.retiring, at: author.at)
        default:
            throw TrackingError(
                .releaseWrongPhase,
                "release \(self.state.id) is \(self.state.phase.rawValue), where nobody can let it go on; it does so by "
                    + "itself when its checks pass"
            )
        }
    }

    private mutating func advance(at moment: EventTime) {
        switch self.state.phase {
        case .observing where self.state.step == self.state.plan.steps.count - 1:
            self.enter(.standingBy, at: moment)
        case .observing:
            self.state.step += 1
            self.enter(self.nextPhase(before: self.state.step), at: moment)
        case .standingBy: self.enter(.retiring, at: moment)
        default: return
        }
    }

    /// A person is asked before the last step, when the plan says so.
    private func nextPhase(before step: Int) -> ReleaseState.Phase {
        let isLast = step == self.state.plan.steps.count - 1
        return isLast && self.state.plan.approval == .ask && !self.state.isPromoted ? .awaitingApproval : .shifting
    }

    private mutating func say(_ remarks: [Remark]) {
        self.state.rollbackReason = remarks.map(\.text).joined(separator: " ")
        self.state.rollbackRemarks = remarks
    }

    private mutating func goBack(_ remarks: [Remark], at moment: EventTime) {
        self.say(remarks)
        self.enter(.rollingBack, at: moment)
    }

    private mutating func enter(_ phase: ReleaseState.Phase, at moment: EventTime) {
        self.state.phase = phase
        self.state.phaseSince = moment
    }
}
