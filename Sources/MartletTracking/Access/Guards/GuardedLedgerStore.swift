/// A ledger that is read by those who may read everything, since its entries name everything.
///
/// An account with roles on some models reads the entries of those, by naming the subject. Who asks is
/// ``Principal/current``; where there is none everything is allowed.
package struct GuardedLedgerStore: LedgerStore {
    private let base: any LedgerStore

    /// Stands before `base`.
    package init(_ base: any LedgerStore) { self.base = base }

    package func entries(after sequence: Int64, limit: Int) async throws(TrackingError) -> [LedgerEntry] {
        try Principal.require(.read, on: .unnamed)
        return try await self.base.entries(after: sequence, limit: limit)
    }

    package func newestEntries(of subject: String?, limit: Int) async throws(TrackingError) -> [LedgerEntry] {
        try Principal.require(.read, on: Self.resource(of: subject))
        return try await self.base.newestEntries(of: subject, limit: limit)
    }

    package func head() async throws(TrackingError) -> LedgerHead {
        try Principal.require(.read, on: .unnamed)
        return try await self.base.head()
    }

    package func verify(anchor: LedgerHead?) async throws(TrackingError) -> LedgerVerification {
        try Principal.require(.read, on: .unnamed)
        return try await self.base.verify(anchor: anchor)
    }

    /// What a subject, such as `model:price:3` or `endpoint:price`, is about.
    private static func resource(of subject: String?) -> AccessResource {
        let parts = (subject ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return .unnamed }
        switch parts[0] {
        case "endpoint": return .endpoint(parts[1])
        case "model":
            // A version's subject ends with its number; the name itself may hold no colon.
            return .model(String(parts[1].prefix { $0 != ":" }))
        default: return .unnamed
        }
    }
}
