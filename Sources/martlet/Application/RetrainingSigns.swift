import MartletCore
import MartletRetraining
import MartletTracking

/// Tells others that the process of a training is at work, by prolonging its lease.
struct RetrainingSigns: Sendable {
    let attempt: RetrainingAttempt
    private let store: any RetrainingStore
    private let clock: WorkspaceClock
    private let lease: RetrainingLease

    /// Prolongs the lease of `attempt` in `store`.
    init(
        _ attempt: RetrainingAttempt,
        in store: any RetrainingStore,
        _ clock: WorkspaceClock,
        _ lease: RetrainingLease
    ) {
        self.attempt = attempt
        self.store = store
        self.clock = clock
        self.lease = lease
    }

    /// Does `work` and gives signs meanwhile.
    ///
    /// - Throws: what the work throws; `retraining.notFound` when the training was closed by others, as by its lease its
    ///   process was gone: the work is then cancelled.
    func give<Result: Sendable>(while work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await self.giveAll()
                return nil
            }
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    /// Gives a sign now.
    ///
    /// - Throws: `retraining.notFound` when the training was closed by others.
    func giveOne() async throws {
        try await self.store.prolong(self.attempt, until: self.clock.now + self.lease.span)
    }

    private func giveAll() async throws {
        while !Task.isCancelled {
            try? await Task.sleep(for: self.lease.heartbeat)
            guard !Task.isCancelled else { return }
            do {
                try await self.giveOne()
            } catch {
                // A store that does not answer may come back before the lease is over.
                if Task.isCancelled { return }
                if (error as? any CodedError)?.code == .retrainingNotFound { throw error }
            }
        }
    }
}
