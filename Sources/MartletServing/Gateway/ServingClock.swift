import Dispatch
package import MartletCore

/// The two clocks of the request path.
package struct ServingClock: Sendable {
    /// The time by the calendar, for records and ages.
    package let now: @Sendable () -> EventTime
    /// Microseconds that only grow, for latencies.
    package let uptimeMicroseconds: @Sendable () -> Int64

    /// Takes two clocks.
    package init(now: @escaping @Sendable () -> EventTime, uptimeMicroseconds: @escaping @Sendable () -> Int64) {
        self.now = now
        self.uptimeMicroseconds = uptimeMicroseconds
    }

    /// The system's clocks; only the composition root takes them.
    package static let system = ServingClock(
        now: { EventTime.now },
        uptimeMicroseconds: { Int64(DispatchTime.now().uptimeNanoseconds / 1_000) }
    )
}
