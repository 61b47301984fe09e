import MartletCore
import MartletReleases
import MartletTracking
import Synchronization

/// A real store in which somebody else saves a run just before each of the next few saves.
final class CrowdedReleaseStore: ReleaseStore {
    private let store: any ReleaseStore
    private let others: Mutex<Int>

    /// Lets `others` be first.
    init(_ store: any ReleaseStore, others: Int) {
        self.store = store
        self.others = Mutex(others)
    }

    /// How many are still to be first.
    var othersLeft: Int { self.others.withLock { $0 } }

    func save(
        _ run: ReleaseRun,
        expecting version: Int64,
        _ decisions: [DecisionRecord],
        followedBy next: ReleaseRun?,
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun {
        let isBeaten = self.others.withLock { others in
            defer { others = max(0, others - 1) }
            return others > 0
        }
        if isBeaten, let stored = try await self.store.run(run.id) {
            _ = try await self.store.save(stored.run, expecting: stored.version, [], followedBy: nil, author)
        }
        return try await self.store.save(run, expecting: version, decisions, followedBy: next, author)
    }

    func begin(
        _ run: ReleaseRun,
        _ decisions: [DecisionRecord],
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun {
        try await self.store.begin(run, decisions, author)
    }

    func note(_ look: DecisionRecord) async throws(TrackingError) { try await self.store.note(look) }

    func run(_ id: String) async throws(TrackingError) -> StoredRun? { try await self.store.run(id) }

    func openRuns() async throws(TrackingError) -> [StoredRun] { try await self.store.openRuns() }

    func runs(of endpoint: String?, limit: Int) async throws(TrackingError) -> [StoredRun] {
        try await self.store.runs(of: endpoint, limit: limit)
    }

    func decisions(
        about subject: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [StoredDecision] {
        try await self.store.decisions(about: subject, after: sequence, limit: limit)
    }

    func newestDecision(about subject: String) async throws(TrackingError) -> StoredDecision? {
        try await self.store.newestDecision(about: subject)
    }
}
