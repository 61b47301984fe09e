import Dispatch
import MartletCore
import Synchronization

/// The time of a simulation: it stands still until it is moved.
///
/// What takes time by itself, the answer to a request, takes a time drawn from the seed, so that the same seed has the same
/// latencies.
final class SteppedTime: Sendable, Hashable {
    private struct State {
        var now: EventTime
        var uptime: Int64 = 0
        var random: DemoRandom
    }

    private let state: Mutex<State>

    /// Shows `moment` at first.
    init(_ moment: EventTime, seed: UInt64) {
        self.state = Mutex(State(now: moment, random: DemoRandom(seed: seed)))
    }

    /// The time it shows.
    var now: EventTime { self.state.withLock { $0.now } }

    /// Moves on to `moment`; never back.
    func move(to moment: EventTime) { self.state.withLock { $0.now = max($0.now, moment) } }

    /// Microseconds that only grow: 1 to 4 milliseconds with each reading.
    func uptimeMicroseconds() -> Int64 {
        self.state.withLock { state in
            state.uptime += Int64(state.random.uniform(1_000, 4_000))
            return state.uptime
        }
    }

    static func == (left: SteppedTime, right: SteppedTime) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension WorkspaceClock {
    /// A clock that `time` moves.
    init(_ time: SteppedTime) {
        self.init(speed: 1, began: time.now, setAt: time.now, stepped: time)
    }

    /// Microseconds that only grow, for latencies: the machine's, or those of the simulation.
    var uptimeMicroseconds: @Sendable () -> Int64 {
        if let stepped = self.stepped { return { stepped.uptimeMicroseconds() } }
        return { Int64(DispatchTime.now().uptimeNanoseconds / 1_000) }
    }
}
