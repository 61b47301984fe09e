import MartletReleases
import Synchronization

/// What releases and experiments moved to, kept until it is told.
final class SimulatedReports: Sendable {
    private let runs = Mutex<[ReleaseRun]>([])

    /// Keeps a run that moved.
    func add(_ report: ReleaseRunner.Report) {
        if case .moved(let run) = report { self.runs.withLock { $0.append(run) } }
    }

    /// Gives what was kept, in its order.
    func drain() -> [ReleaseRun] {
        self.runs.withLock { runs in
            defer { runs = [] }
            return runs
        }
    }
}
