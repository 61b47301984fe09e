package import MartletCore

/// What a rehearsal came to.
package struct RehearsalReport: Sendable, Hashable {
    /// A change of phase or verdict.
    package struct Event: Sendable, Hashable {
        package var at: EventTime
        /// `experiment` or `release`.
        package var kind: String
        /// The phase it moved to.
        package var phase: String
        package var reasons: [String]
    }

    /// What users would have met of one version.
    package struct Met: Sendable, Hashable {
        package var requests = 0
        package var failures = 0
        /// Answers slower than the plan's largest latency.
        package var slow = 0
        /// The sum of the relative distances from the recorded answers.
        var distance = 0.0
        var compared = 0

        /// The mean relative distance from what was answered then; `nil` without any.
        package var meanDistance: Double? { self.compared > 0 ? self.distance / Double(self.compared) : nil }
    }

    package var events: [Event] = []
    /// The phase of the release at the end; `nil` when the experiment led to none.
    package var phase: String?
    /// What the experiment came to; `nil` without one, or when it still runs.
    package var experimentOutcome: String?
    package var old = Met()
    package var new = Met()
    /// How many times gates and rules were asked.
    package var lookCount = 0

    /// Whether the new version would have got everything.
    package var isPromoted: Bool {
        self.phase == ReleaseState.Phase.completed.rawValue || self.phase == ReleaseState.Phase.standingBy.rawValue
    }
}
