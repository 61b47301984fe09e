package import MartletCore
package import MartletTracking

/// Keeps the actions that alerts gave rise to.
///
/// Every implementation keeps these rules:
/// - An action of one id is kept once, however often it is asked for.
/// - What came of an action and its entry in the ledger are one transaction.
/// - An action that was claimed and not finished is due again when its lease ends.
package protocol AlertActionStore: Sendable {
    /// Keeps those of `records` that are not there yet; one that comes too soon after the same for the same alert is kept
    /// as skipped, unless `ignoringCoolDown`.
    ///
    /// - Returns: what was added, as it is kept.
    @discardableResult
    func ask(_ records: [AlertActionRecord], ignoringCoolDown: Bool) async throws(TrackingError) -> [AlertActionRecord]

    /// Takes actions that wait and are due, each with one more try, and keeps others off until `lease`; `id` is that one only.
    func claim(
        _ id: String?,
        at now: EventTime,
        until lease: EventTime,
        limit: Int
    ) async throws(TrackingError) -> [AlertActionRecord]

    /// Keeps what is known of an action that was claimed, due again at `dueAt`; one that ended goes into the ledger.
    func save(_ record: AlertActionRecord, dueAt: EventTime) async throws(TrackingError)

    /// The actions, the newest first; those for the alert whose id is `alert`, or with `nil` all.
    func actions(of alert: String?, limit: Int) async throws(TrackingError) -> [AlertActionRecord]
}

extension AlertActionStore {
    /// All actions, the newest first.
    package func actions(limit: Int) async throws(TrackingError) -> [AlertActionRecord] {
        try await self.actions(of: nil, limit: limit)
    }
}

/// What an action is about to do.
package struct AlertStep: Sendable, Hashable {
    package let target: AlertTarget
    /// What will be done, such as `take back release r1 of rent:4`; or why nothing will.
    package let sentence: Remark

    /// Describes what is about to be done.
    package init(_ target: AlertTarget, _ sentence: Remark) {
        self.target = target
        self.sentence = sentence
    }

    /// What is said of it when nothing is done.
    var outcome: Remark {
        self.target == .nothing
            ? Remark("action.nothing", "nothing to do: \(self.sentence)")
            : Remark("action.would", "would \(self.sentence)")
    }
}

/// Does what actions ask for.
package protocol AlertEffects: Sendable {
    /// Looks what would be done now, and changes nothing.
    func prepare(_ record: AlertActionRecord) async throws -> AlertStep

    /// Does what was prepared; doing it a second time changes nothing more.
    ///
    /// - Returns: what was done.
    func perform(_ target: AlertTarget, _ record: AlertActionRecord) async throws -> Remark
}

/// Has actions asked for, and carries them out.
///
/// Several processes may run one; a lease keeps two from the same action at one time. A process that ends in between
/// leaves an action to the next, which does it to the same thing.
package struct AlertActor: Sendable {
    private let store: any AlertActionStore
    private let effects: any AlertEffects
    private let now: @Sendable () -> EventTime
    private let leaseClock: @Sendable () -> EventTime

    /// The most tries of an action.
    package static let attemptLimit = 3
    /// How long one try may take before another process takes it over.
    package static let lease = TimeSpan.seconds(20)

    /// Carries out what `store` keeps; `now` is the workspace's time, `leaseClock` the machine's.
    package init(
        store: any AlertActionStore,
        effects: any AlertEffects,
        now: @escaping @Sendable () -> EventTime,
        leaseClock: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.effects = effects
        self.now = now
        self.leaseClock = leaseClock
    }

    /// Has the actions of open alerts asked for, and carries out what is due.
    ///
    /// - Returns: what ended.
    /// - Throws: what the store throws; an effect that fails is an outcome.
    package func act(
        on alerts: [Alert],
        silences: [AlertSilence],
        _ actions: AlertActions
    ) async throws(TrackingError) -> [AlertActionRecord] {
        let wanted = AlertActionPlan.records(for: alerts, silences: silences, actions, at: self.now())
        var ended: [AlertActionRecord] = []
        if !wanted.isEmpty {
            ended = try await self.store.ask(wanted, ignoringCoolDown: false).filter { $0.state != .waiting }
        }
        let start = self.leaseClock()
        for record in try await self.store.claim(nil, at: start, until: start + Self.lease, limit: 8) {
            ended.append(try await self.carryOut(record))
        }
        return ended.filter { $0.state != .waiting }
    }

    /// Asks for `record` on behalf of a person, and carries it out.
    ///
    /// - Returns: how it ended, or that it waits for another try.
    package func act(_ record: AlertActionRecord) async throws(TrackingError) -> AlertActionRecord {
        let added = try await self.store.ask([record], ignoringCoolDown: true)
        let start = self.leaseClock()
        let claimed = try await self.store.claim(record.id, at: start, until: start + Self.lease, limit: 1)
        guard let own = claimed.first else { return added.first ?? record }
        return try await self.carryOut(own)
    }

    /// Says what `record` would do now; nothing is kept.
    package func rehearse(_ record: AlertActionRecord) async -> AlertActionRecord {
        var record = record
        guard record.state == .waiting else { return record }
        do {
            let step = try await self.effects.prepare(record)
            record.end(.dryRun, step.outcome, at: self.now())
        } catch {
            record.end(.failed, Remark(said: readableMessage(of: error)), at: self.now())
        }
        return record
    }

    private func carryOut(_ claimed: AlertActionRecord) async throws(TrackingError) -> AlertActionRecord {
        var record = claimed
        var dueAt = self.leaseClock()
        do {
            if record.target == nil {
                let step = try await self.effects.prepare(record)
                if step.target == .nothing || record.mode == .dryRun {
                    let state: AlertActionRecord.State = record.mode == .dryRun ? .dryRun : .skipped
                    record.end(state, step.outcome, at: self.now())
                    try await self.store.save(record, dueAt: dueAt)
                    return record
                }
                record.target = step.target
                try await self.store.save(record, dueAt: dueAt + Self.lease)
            }
            if let target = record.target {
                record.end(.done, try await self.effects.perform(target, record), at: self.now())
            }
        } catch {
            record.note(Remark(said: readableMessage(of: error)))
            if record.attemptCount >= Self.attemptLimit {
                record.end(.failed, record.outcomeRemark, at: self.now())
            }
            dueAt = self.leaseClock() + .seconds(10 * Int64(record.attemptCount))
        }
        try await self.store.save(record, dueAt: dueAt)
        return record
    }
}
