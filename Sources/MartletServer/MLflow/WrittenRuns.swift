import MartletTracking
import Synchronization

/// Runs as JSON that searches wrote before, so that a page asked for again is not written again.
///
/// A text is used only for a run that equals the one it was made of. Runs that the store keeps in memory share their parts
/// with it, which makes the comparison a matter of identities; others are compared part by part, in less time than writing
/// them takes.
final class WrittenRuns: Sendable {
    private struct State {
        var texts: [RunID: (run: Run, json: [UInt8])] = [:]
        var byteCount = 0
    }

    private let byteLimit: Int
    private let state = Mutex(State())

    /// Keeps texts of `byteLimit` bytes at most, and forgets all when there would be more.
    init(byteLimit: Int = 4 << 20) { self.byteLimit = byteLimit }

    /// The JSON object of each of `runs`, in their order.
    func texts(of runs: [Run]) -> [[UInt8]] {
        let known = self.state.withLock { state in
            runs.map { run in state.texts[run.id].flatMap { $0.run == run ? $0.json : nil } }
        }
        var written: [(run: Run, json: [UInt8])] = []
        let texts = zip(runs, known)
            .map { run, text in
                if let text { return text }
                let json = MLflowAnswer.object(capacity: 1_200) { RunJSON.write(run, to: &$0) }
                written.append((run, json))
                return json
            }
        if !written.isEmpty { self.keep(written) }
        return texts
    }

    private func keep(_ written: [(run: Run, json: [UInt8])]) {
        let more = written.reduce(0) { $0 + $1.json.count }
        guard more <= self.byteLimit else { return }
        self.state.withLock { state in
            if state.byteCount + more > self.byteLimit { state = State() }
            for entry in written {
                let replaced = state.texts.updateValue(entry, forKey: entry.run.id)
                state.byteCount += entry.json.count - (replaced?.json.count ?? 0)
            }
        }
    }
}
