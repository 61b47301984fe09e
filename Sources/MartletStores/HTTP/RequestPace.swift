import MartletCore
import Synchronization

/// Keeps requests of one source apart, so that no more are made in a second than it allows.
final class RequestPace: Sendable {
    private let free = Mutex<[String: EventTime]>([:])

    /// Takes the next place in the row of `source`, and returns how long to wait for it.
    func wait(for source: String, perSecond rate: Double, at now: EventTime) -> TimeSpan {
        let step = TimeSpan(microseconds: Int64((1_000_000 / rate).rounded(.up)))
        return self.free.withLock { free in
            let start = max(now, free[source] ?? now)
            free[source] = start + step
            return TimeSpan(microseconds: start.microseconds - now.microseconds)
        }
    }
}
