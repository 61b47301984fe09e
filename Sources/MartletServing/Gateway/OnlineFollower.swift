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

    /// Reads pages of changes, the next one while one is applied.
    private func catchUp(_ identity: OnlineViewIdentity) async throws {
        while let followed = self.views[identity] {
            var page = try await self.changes(of: identity, since: followed.sequence)
            var expected = followed.sequence
            // Another call may have come first while this one waited; its rows are as good, and this one starts again.
            while self.views[identity]?.sequence == expected {
                expected = page.sequence
                self.views[identity]?.sequence = expected
                guard page.hasMore else {
                    followed.rows.apply(page)
                    return
                }
                let reached = page.sequence
                async let next = self.changes(of: identity, since: reached)
                followed.rows.apply(page)
                page = try await next
            }
        }
    }

    private func changes(of identity: OnlineViewIdentity, since sequence: Int64) async throws -> OnlineChanges {
        try await self.store.changes(of: identity, since: sequence, limit: Self.pageCount)
    }

    private static let pageCount = 10_000
}
