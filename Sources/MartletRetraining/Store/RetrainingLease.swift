package import MartletCore

/// For how long the process of a training is trusted that gives no sign.
package struct RetrainingLease: Sendable, Hashable {
    /// By the clock of the workspace.
    package let span: TimeSpan
    /// How often the process gives a sign, in real time.
    package let heartbeat: Duration

    /// A lease of 30 seconds, prolonged every five.
    ///
    /// It is real time: on a clock that runs `pace` times as fast it is so much longer.
    package init(span: TimeSpan = .seconds(30), heartbeat: Duration = .seconds(5), pace: Double = 1) {
        self.span = TimeSpan(microseconds: Int64((Double(span.microseconds) * pace).rounded()))
        self.heartbeat = heartbeat
    }
}
