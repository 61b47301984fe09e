import MartletCore
import MartletTracking
import Synchronization

/// Remembers for a moment who was behind which credentials, so that a request costs no look into the store.
///
/// What changes in the store, a revoked key or a withdrawn role, holds here after at most ``lifetime``.
final class PrincipalCache: Sendable {
    /// Who it was, until when, and the key's own end.
    struct Entry: Sendable {
        let principal: Principal
        /// Whether the key may sign requests.
        let allowsSigning: Bool
        let storedAt: EventTime
        let until: EventTime
    }

    static let lifetime = TimeSpan.seconds(2)
    private static let countLimit = 10_000

    private let entries = Mutex<[String: Entry]>([:])

    /// What was remembered for `credentials`; nothing once it is old, or when the clock went back.
    func entry(_ credentials: String, at now: EventTime) -> Entry? {
        self.entries.withLock { entries in
            guard let entry = entries[credentials], entry.storedAt <= now, now < entry.until else { return nil }
            return entry
        }
    }

    /// Remembers `principal`; a key that ends sooner is forgotten sooner.
    func remember(
        _ principal: Principal,
        for credentials: String,
        allowsSigning: Bool,
        keyEnd: EventTime?,
        at now: EventTime
    ) {
        let until = min(now + Self.lifetime, keyEnd ?? EventTime(microseconds: .max))
        self.entries.withLock { entries in
            if entries.count >= Self.countLimit {
                entries = entries.filter { $0.value.storedAt <= now && now < $0.value.until }
                if entries.count >= Self.countLimit { entries.removeAll() }
            }
            entries[credentials] = Entry(
                principal: principal,
                allowsSigning: allowsSigning,
                storedAt: now,
                until: until
            )
        }
    }

    /// Forgets everything.
    func removeAll() { self.entries.withLock { $0.removeAll() } }
}
