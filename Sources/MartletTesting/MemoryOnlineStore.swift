package import MartletFeatures

/// An online store in the memory of the process, for tests of what stands on one.
package actor MemoryOnlineStore: OnlineStore {
    private struct Stored {
        var row: OnlineRow?
        var sequence: Int64
        var generation: Int64
    }

    private var rows: [OnlineViewIdentity: [EntityKey: Stored]] = [:]
    private var states: [OnlineViewIdentity: MaterializationState] = [:]
    private var sequence: Int64 = 0

    /// Starts without rows.
    package init() {}

    package func read(_ view: OnlineViewIdentity, keys: [EntityKey]) async throws -> [OnlineRow?] {
        keys.map { self.rows[view]?[$0]?.row }
    }

    package func write(
        _ entries: [OnlineEntry],
        to view: OnlineViewIdentity,
        state: MaterializationState
    ) async throws -> Int {
        let first = self.sequence
        var stored = self.rows[view] ?? [:]
        for entry in entries { self.write(entry, to: &stored, generation: state.generation) }
        if state.lastKey == nil {
            for (key, old) in stored where old.generation < state.generation && old.row != nil {
                self.sequence += 1
                stored[key] = Stored(row: nil, sequence: self.sequence, generation: state.generation)
            }
        }
        self.rows[view] = stored
        self.states[view] = state
        return Int(self.sequence - first)
    }

    package func materializationState(of view: OnlineViewIdentity) async throws -> MaterializationState? {
        self.states[view]
    }

    package func changes(
        of view: OnlineViewIdentity,
        since sequence: Int64,
        limit: Int
    ) async throws -> OnlineChanges {
        let changed = (self.rows[view] ?? [:]).filter { $0.value.sequence > sequence }
            .sorted { $0.value.sequence < $1.value.sequence }
            .prefix(limit)
        return OnlineChanges(
            changes: changed.map { OnlineChanges.Change(key: $0.key, row: $0.value.row) },
            sequence: changed.last?.value.sequence ?? sequence,
            hasMore: changed.count == limit
        )
    }

    package func count(_ view: OnlineViewIdentity) async throws -> Int {
        (self.rows[view] ?? [:]).count { $0.value.row != nil }
    }

    private func write(_ entry: OnlineEntry, to stored: inout [EntityKey: Stored], generation: Int64) {
        if let old = stored[entry.key], let row = old.row {
            let isRefresh = old.generation < generation
            if !isRefresh, !entry.row.supersedes(row) { return }
            if entry.row == row {
                stored[entry.key]?.generation = generation
                return
            }
        }
        self.sequence += 1
        stored[entry.key] = Stored(row: entry.row, sequence: self.sequence, generation: generation)
    }
}
