package import MartletFeatures

/// Keeps the rows of feature views in memory equal to the online store's.
package actor OnlineFollower {
    private struct Followed {
        let rows: ViewRows
        var sequence: Int64
    }

    private let store: any OnlineStore
    private var views: [OnlineViewIdentity: Followed] = [:]

    /// Follows `store`; views are added when a model first needs them.
    package init(store: any OnlineStore) { self.store = store }

    /// The rows of `view`, complete as of the call; followed from then on.
    package func rows(of view: FeatureView) async throws -> ViewRows {
        let identity = view.onlineIdentity
        if let followed = self.views[identity] { return followed.rows }
        let followed = Followed(rows: ViewRows(view: view), sequence: 0)
        self.views[identity] = followed
        do {
            try await self.catchUp(identity)
        } catch {
            self.views[identity] = nil
            throw error
        }
        return followed.rows
    }

    /// Takes all changes since the last call.
    package func poll() async throws {
        for identity in Array(self.views.keys) { try await self.catchUp(identity) }
    }

    /// How many entities have a row, by view name.
    package var counts: [String: Int] {
        Dictionary(self.views.map { ($0.key.name, $0.value.rows.count) }, uniquingKeysWith: +)
    }

    private func catchUp(_ identity: OnlineViewIdentity) async throws {
        while let followed = self.views[identity] {
            let changes = try await self.store.changes(of: identity, since: followed.sequence, limit: Self.pageCount)
            // Another call may have come first while this one waited; its rows are as good.
            guard self.views[identity]?.sequence == followed.sequence else { continue }
            followed.rows.apply(changes)
            self.views[identity]?.sequence = changes.sequence
            guard changes.hasMore else { return }
        }
    }

    private static let pageCount = 10_000
}
