package import MartletCore

/// What a materialization did.
package struct MaterializationReport: Sendable, Hashable, Codable {
    package let view: String
    package let asOf: EventTime
    /// How many entities were read.
    package let entitiesRead: Int
    /// How many rows of the online store changed.
    package let rowsChanged: Int
    /// Whether it read only what is new since the last run.
    package let isIncremental: Bool
    /// Whether it went on where an interrupted run had stopped.
    package let isResumed: Bool
}

/// Copies the newest valid row of each entity from the offline to the online store.
package struct MaterializationService: Sendable {
    private let offline: any OfflineStore
    private let online: any OnlineStore
    private let chunkSize: Int

    /// Copies from `offline` to `online`, committing every `chunkSize` rows.
    package init(offline: any OfflineStore, online: any OnlineStore, chunkSize: Int = 10_000) {
        self.offline = offline
        self.online = online
        self.chunkSize = chunkSize
    }

    /// Brings the online rows of `view` to the moment `asOf`.
    ///
    /// Reads what became visible or arrived since the last run; a run that was cut off is finished first, for its own
    /// moment. Aggregates are evaluated for every entity each time. `fullRefresh` reads everything, and rows whose
    /// source has gone are removed.
    ///
    /// `progress` is called after each commit with the number of entities written so far.
    package func materialize(
        _ view: FeatureView,
        asOf: EventTime,
        fullRefresh: Bool = false,
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> MaterializationReport {
        let identity = view.onlineIdentity
        let last = try await self.online.materializationState(of: identity)
        if let last, last.lastKey != nil, !fullRefresh {
            let resumed = try await self.run(view, from: last, progress: progress, isResumed: true)
            guard last.asOf < asOf else { return resumed }
            let next = try await self.materialize(view, asOf: asOf, progress: progress)
            return MaterializationReport(
                view: view.name,
                asOf: asOf,
                entitiesRead: resumed.entitiesRead + next.entitiesRead,
                rowsChanged: resumed.rowsChanged + next.rowsChanged,
                isIncremental: next.isIncremental,
                isResumed: true
            )
        }
        let isFull = fullRefresh || last == nil || last?.lastKey != nil
        let start = MaterializationState(
            asOf: isFull ? asOf : max(asOf, last?.asOf ?? asOf),
            arrivedUpTo: isFull ? nil : last?.arrivedUpTo,
            lastKey: nil,
            previousAsOf: isFull ? nil : last?.asOf,
            generation: (last?.generation ?? 0) + (fullRefresh ? 1 : 0)
        )
        return try await self.run(view, from: start, progress: progress, isResumed: false)
    }

    private func run(
        _ view: FeatureView,
        from start: MaterializationState,
        progress: @Sendable (Int) -> Void,
        isResumed: Bool
    ) async throws -> MaterializationReport {
        // Taken before the rows are read: what arrives meanwhile is read again by the next run, never missed.
        let arrival = try await self.offline.latestArrival(in: view)
        let read = MaterializationRead(
            view: view,
            asOf: start.asOf,
            changedSince: start.previousAsOf,
            arrivedFrom: start.arrivedUpTo,
            after: start.lastKey
        )
        let counter = MaterializationCounter()
        try await self.offline.newestRows(read, chunkSize: self.chunkSize) { entries in
            let state = start.at(entries.last?.key)
            let changed = try await self.online.write(entries, to: view.onlineIdentity, state: state)
            progress(await counter.add(read: entries.count, changed: changed))
        }
        let done = MaterializationState(
            asOf: start.asOf,
            // A resumed run began reading earlier than this look at arrivals; the old mark is the safe one.
            arrivedUpTo: isResumed ? start.arrivedUpTo : arrival,
            lastKey: nil,
            previousAsOf: nil,
            generation: start.generation
        )
        let removed = try await self.online.write([], to: view.onlineIdentity, state: done)
        return MaterializationReport(
            view: view.name,
            asOf: start.asOf,
            entitiesRead: await counter.read,
            rowsChanged: await counter.changed + removed,
            isIncremental: start.previousAsOf != nil && !view.isAggregated,
            isResumed: isResumed
        )
    }
}

/// Adds up what the chunks of one run did.
private actor MaterializationCounter {
    private(set) var read = 0
    private(set) var changed = 0

    func add(read: Int, changed: Int) -> Int {
        self.read += read
        self.changed += changed
        return self.read
    }
}

extension MaterializationState {
    func at(_ key: EntityKey?) -> MaterializationState {
        MaterializationState(
            asOf: self.asOf,
            arrivedUpTo: self.arrivedUpTo,
            lastKey: key,
            previousAsOf: self.previousAsOf,
            generation: self.generation
        )
    }
}
