import Synchronization

/// Knows which experiment runs and logged models belong to, so that roles on experiments hold for them.
///
/// A run or logged model never moves to another experiment, so what was found once is remembered; the experiment's name,
/// which may change, is read each time.
final class ExperimentIndex: Sendable {
    let store: any TrackingStore
    private let experiments = Mutex<[String: String]>([:])

    /// The most things that are remembered; then it begins anew.
    private static let countLimit = 100_000

    init(_ store: any TrackingStore) { self.store = store }

    /// Checks that `principal` may do `action` in the experiment `id`; one that is not there is left to the store.
    func require(
        _ action: AccessAction,
        inExperiment id: String,
        _ principal: Principal
    ) async throws(TrackingError) {
        guard let experiment = try await self.store.experiment(id: id) else { return }
        try principal.require(action, on: .experiment(experiment.name))
    }

    /// Checks that `principal` may do `action` on the run `id`.
    func require(_ action: AccessAction, onRun id: RunID, _ principal: Principal) async throws(TrackingError) {
        let key = id.description
        var experiment = self.known(key)
        if experiment == nil {
            experiment = try await self.store.run(id)?.experimentID
            if let experiment { self.remember(key, in: experiment) }
        }
        guard let experiment else { return }
        try await self.require(action, inExperiment: experiment, principal)
    }

    /// Checks that `principal` may do `action` on the logged model `id`.
    func require(
        _ action: AccessAction,
        onLoggedModel id: String,
        _ principal: Principal
    ) async throws(TrackingError) {
        var experiment = self.known(id)
        if experiment == nil {
            experiment = try await self.store.loggedModel(id)?.experimentID
            if let experiment { self.remember(id, in: experiment) }
        }
        guard let experiment else { return }
        try await self.require(action, inExperiment: experiment, principal)
    }

    /// The ids of all experiments that `principal` may read, deleted ones included.
    func readable(by principal: Principal) async throws(TrackingError) -> [String] {
        var search = ExperimentSearch(lifecycle: nil)
        var ids: [String] = []
        while true {
            let page = try await self.store.search(search)
            ids += page.experiments.filter { principal.may(.read, on: .experiment($0.name)) }.map(\.id)
            guard let next = page.nextOffset else { return ids }
            search.offset = next
        }
    }

    private func known(_ key: String) -> String? { self.experiments.withLock { $0[key] } }

    private func remember(_ key: String, in experiment: String) {
        self.experiments.withLock { experiments in
            if experiments.count >= Self.countLimit { experiments.removeAll(keepingCapacity: true) }
            experiments[key] = experiment
        }
    }
}
