package import MartletCore
package import MartletTracking

/// A release or an experiment, as it is stored.
package enum ReleaseRun: Sendable, Hashable, Codable {
    case release(ReleaseState)
    case experiment(ExperimentState)

    /// What kind it is, `release` or `experiment`.
    package var kind: String {
        switch self {
        case .release: "release"
        case .experiment: "experiment"
        }
    }

    /// Unique among releases and experiments.
    package var id: String {
        switch self {
        case .release(let state): state.id
        case .experiment(let state): state.id
        }
    }

    /// How it goes.
    package var plan: ReleasePlan {
        switch self {
        case .release(let state): state.plan
        case .experiment(let state): state.plan
        }
    }

    /// The endpoint it holds while it is not over.
    package var endpoint: String { self.plan.endpoint }

    /// What ledger and decisions call it.
    package var subject: String { "\(self.kind):\(self.id)" }

    /// The name of its phase.
    package var phase: String {
        switch self {
        case .release(let state): state.phase.rawValue
        case .experiment(let state): state.phase.rawValue
        }
    }

    /// Since when it stands there.
    package var phaseSince: EventTime {
        switch self {
        case .release(let state): state.phaseSince
        case .experiment(let state): state.phaseSince
        }
    }

    /// Whether nothing follows.
    package var isFinal: Bool {
        switch self {
        case .release(let state): state.phase.isFinal
        case .experiment(let state): state.phase.isFinal
        }
    }

    /// Who started it.
    package var startedBy: Attribution {
        switch self {
        case .release(let state): state.startedBy
        case .experiment(let state): state.startedBy
        }
    }

    /// The unit that was live before.
    package var old: ReleaseUnit {
        switch self {
        case .release(let state): state.blue
        case .experiment(let state): state.control
        }
    }

    /// The unit that shall be live.
    package var new: ReleaseUnit {
        switch self {
        case .release(let state): state.green
        case .experiment(let state): state.treatment
        }
    }

    /// What it came to, or why it goes back; `nil` while it goes on.
    package var outcome: String? {
        switch self {
        case .release(let state): state.rollbackReason ?? (state.phase == .completed ? "completed" : nil)
        case .experiment(let state): state.outcome
        }
    }

    /// What is to be done next.
    package var action: ReleaseAction {
        switch self {
        case .release(let state): ReleaseMachine(state).action
        case .experiment(let state): ExperimentMachine(state).action
        }
    }

    /// The revision of the endpoint that it made or found.
    package var revision: Int64 {
        switch self {
        case .release(let state): state.revision
        case .experiment(let state): state.revision
        }
    }
}

/// A run with the number of its changes, by which two processes notice each other.
package struct StoredRun: Sendable, Hashable {
    package var run: ReleaseRun
    /// 1 when it began, then one more with each change.
    package var version: Int64

    /// Holds a run as stored.
    package init(run: ReleaseRun, version: Int64) {
        self.run = run
        self.version = version
    }
}

/// A decision with its place among all decisions.
package struct StoredDecision: Sendable, Hashable {
    package var sequence: Int64
    package var record: DecisionRecord
    /// Whether it is an entry of the ledger; a look that changed nothing is not.
    package var isInLedger: Bool

    /// Holds a decision as stored.
    package init(sequence: Int64, record: DecisionRecord, isInLedger: Bool) {
        self.sequence = sequence
        self.record = record
        self.isInLedger = isInLedger
    }
}
