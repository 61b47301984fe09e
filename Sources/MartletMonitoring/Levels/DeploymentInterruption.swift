package import MartletCore

/// Minutes after a change of deployment in which an endpoint answered nothing although it was asked.
package struct DeploymentInterruption: Sendable, Hashable {
    package let endpoint: String
    /// When the deployment changed.
    package let at: EventTime
    package let minuteCount: Int

    /// How long they were.
    package var seconds: Double { Double(self.minuteCount) * 60 }

    /// For how long after a change a failure is put down to it.
    package static let window = TimeSpan.seconds(300)
    /// How many minutes after a change are looked at: that of the change, and those that `window` touches.
    package static let minuteLimit: Int64 = 6
    /// For how long after a change somebody is told.
    package static let memory = TimeSpan.seconds(3_600)

    /// Finds the interruptions that `changes` made.
    ///
    /// A minute counts once, for the last change before it. The minute of the change itself counts too.
    package static func find(
        after changes: [(endpoint: String, at: EventTime)],
        in minutes: [ServiceMinute]
    ) -> [DeploymentInterruption] {
        var counts: [String: [EventTime: Int]] = [:]
        for minute in minutes where minute.requestCount > 0 && minute.faultCount >= minute.requestCount {
            let last =
                changes.filter { change in
                    change.endpoint == minute.endpoint && ServiceMinute.holding(change.at) <= minute.minute
                        && minute.begin < change.at + Self.window
                }
                .map(\.at).max()
            if let last { counts[minute.endpoint, default: [:]][last, default: 0] += 1 }
        }
        return counts.sorted { $0.key < $1.key }
            .flatMap { endpoint, times in
                times.sorted { $0.key < $1.key }
                    .map { DeploymentInterruption(endpoint: endpoint, at: $0.key, minuteCount: $0.value) }
            }
    }
}
