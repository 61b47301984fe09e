import MartletCore
import Synchronization

/// Collects the lines of a job's steps until they are stored, within bounds.
final class StepLog: Sendable {
    private struct State {
        var lines: [JobLogLine] = []
        var counts: [String: Int] = [:]
    }

    private static let lineLimit = 20_000
    private static let lengthLimit = 4_000

    private let state = Mutex(State())
    private let now: @Sendable () -> EventTime

    init(now: @escaping @Sendable () -> EventTime) { self.now = now }

    /// Takes one line; very long ones are cut, and after 20,000 lines of one start the rest is left out, which the log says.
    func take(_ text: String, step: String, start: Int) {
        let moment = self.now()
        self.state.withLock { state in
            let count = state.counts["\(step)/\(start)", default: 0] + 1
            state.counts["\(step)/\(start)"] = count
            guard count <= Self.lineLimit + 1 else { return }
            let isLast = count == Self.lineLimit + 1
            let kept = isLast ? "the log is cut here: the step wrote more than \(Self.lineLimit) lines" : text
            state.lines.append(
                JobLogLine(step: step, start: start, at: moment, text: String(kept.prefix(Self.lengthLimit)))
            )
        }
    }

    /// The lines since the last call.
    func drain() -> [JobLogLine] {
        self.state.withLock { state in
            defer { state.lines = [] }
            return state.lines
        }
    }

    /// Takes lines back that could not be stored.
    func putBack(_ lines: [JobLogLine]) {
        self.state.withLock { $0.lines = lines + $0.lines }
    }
}
