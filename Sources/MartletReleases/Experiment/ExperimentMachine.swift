package import MartletCore
package import MartletTracking

/// An experiment of one endpoint, as a pure state machine.
///
/// ```
/// starting ▶ running ⇄ awaiting-review ▶ ending ▶ ended
///               └────────────────────────▲
/// ```
/// Like ``ReleaseMachine`` it says what is to be done and takes the outcome; the verdicts are those of
/// ``ExperimentRule``.
package struct ExperimentMachine: Sendable, Hashable {
    package private(set) var state: ExperimentState

    /// Goes on from a stored state.
    package init(_ state: ExperimentState) { self.state = state }

    /// What is to be done now.
    package var action: ReleaseAction {
        switch self.state.phase {
        case .starting: .route(self.state.splitTraffic)
        case .running, .awaitingReview: .observe
        case .ending: .route(self.state.endTraffic)
        case .ended: .nothing
        }
    }

    /// What the rule is given to decide about `reading` at `moment`; `nil` where nothing is decided.
    package func ruleInputs(_ reading: ExperimentReading, at moment: EventTime) -> ExperimentRule.Inputs? {
        guard self.state.phase == .running || self.state.phase == .awaitingReview, let since = self.state.runningSince
        else { return nil }
        let elapsed = TimeSpan(microseconds: max(0, moment.microseconds - since.microseconds))
        return ExperimentRule.Inputs(plan: self.state.experiment, reading: reading, elapsed: elapsed)
    }

    /// The endpoint has the traffic of ``action`` now, as `revision`.
    package mutating func didRoute(revision: Int64, at moment: EventTime) {
        switch self.state.phase {
        case .starting:
            self.state.runningSince = moment
            self.enter(.running, at: moment)
        case .ending: self.enter(.ended, at: moment)
        default: return
        }
        self.state.revision = revision
    }

    /// The endpoint can never have the traffic of ``action``.
    package mutating func routeWasRefused(_ reason: String, at moment: EventTime) {
        guard self.state.phase == .starting else { return }
        self.say(Remark("test.notSplit", "The traffic could not be split: \(reason)"))
        self.end("fault", at: moment)
    }

    /// Somebody else set the endpoint's traffic; the experiment leaves it alone and ends.
    package mutating func wasDisplaced(by author: Attribution, at moment: EventTime) {
        guard !self.state.phase.isFinal else { return }
        if self.state.outcome == nil {
            self.state.outcome = "displaced"
            self.say(.displaced(by: author))
        }
        self.enter(.ended, at: moment)
    }

    /// The rule decided about what was seen.
    ///
    /// - Returns: whether a release of the treatment is to start in place of what is left.
    package mutating func didObserve(_ ruling: Ruling, at moment: EventTime) -> Bool {
        guard case .observe = self.action, let verdict = ExperimentVerdict(rawValue: ruling.verdict) else {
            return false
        }
        self.state.verdict = verdict
        self.state.reasons = ruling.reasons
        self.state.remarks = ruling.remarks
        switch verdict {
        case .promote:
            self.state.outcome = verdict.rawValue
            self.enter(.ended, at: moment)
            return true
        case .ask, .hold:
            if self.state.phase == .running { self.enter(.awaitingReview, at: moment) }
        case .keepGoing, .extended, .blocked:
            // What was proven once may be looked at again, but a person already asked stays asked.
            break
        case .inconclusive where self.state.phase == .awaitingReview: break
        case .rejected, .guardrail, .fault, .inconclusive: self.end(verdict.rawValue, at: moment)
        }
        return false
    }

    /// A person ends the experiment; control gets everything back.
    ///
    /// - Throws: `release.wrongPhase` when it is ending.
    package mutating func stop(_ author: Attribution) throws(TrackingError) {
        guard self.state.phase != .ending, self.state.phase != .ended else { throw self.hasEnded }
        self.say(.ended(by: author))
        self.end("stopped", at: author.at)
    }

    /// A person starts a release of the treatment.
    ///
    /// Before the rule allows it, a reason is needed.
    ///
    /// - Throws: `release.wrongPhase` when it is not running, `registry.reasonRequired`.
    package mutating func promote(_ author: Attribution) throws(TrackingError) {
        switch self.state.phase {
        case .ending, .ended: throw self.hasEnded
        case .starting:
            throw TrackingError(
                .releaseWrongPhase,
                "experiment \(self.state.id) has not started to serve both versions"
            )
        case .running, .awaitingReview:
            guard self.state.verdict == .ask || author.reason != nil else {
                throw TrackingError(
                    .reasonRequired,
                    "experiment \(self.state.id) says '\(self.state.verdict.rawValue)'; promoting all the same needs a "
                        + "reason, give one with --reason"
                )
            }
            self.state.outcome = ExperimentVerdict.promote.rawValue
            self.say(.promoted(by: author))
            self.enter(.ended, at: author.at)
        }
    }

    private var hasEnded: TrackingError {
        TrackingError(
            .releaseWrongPhase,
            "experiment \(self.state.id) has ended: \(self.state.outcome ?? "")"
        )
    }

    private mutating func say(_ remark: Remark) {
        self.state.reasons = [remark.text]
        self.state.remarks = [remark]
    }

    private mutating func end(_ outcome: String, at moment: EventTime) {
        self.state.outcome = outcome
        self.enter(.ending, at: moment)
    }

    private mutating func enter(_ phase: ExperimentState.Phase, at moment: EventTime) {
        self.state.phase = phase
        self.state.phaseSince = moment
    }
}
