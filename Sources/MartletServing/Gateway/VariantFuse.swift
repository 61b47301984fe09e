package import MartletCore
package import MartletTracking
import Synchronization

/// Takes a variant out at once when too many of its last requests failed or were slow.
///
/// It looks at the last 64 requests, which it keeps as bits of one word, so that it costs next to nothing. It is no verdict
/// on the variant, for which there is too little to see; it only stops the harm, and stays blown until the endpoint's
/// traffic is set again.
package final class VariantFuse: Sendable {
    /// Why and when a variant was taken out.
    package struct Outage: Sendable, Hashable {
        package let at: EventTime
        package let remark: Remark

        /// Why in English.
        package var reason: String { self.remark.text }
    }

    private let policy: FusePolicy
    private let window = Atomic<UInt64>(0)
    private let isOut = Atomic<Bool>(false)
    private let state = Mutex<Outage?>(nil)

    /// Starts whole.
    package init(policy: FusePolicy = FusePolicy()) { self.policy = policy }

    /// Whether the variant is taken out.
    package var isBlown: Bool { self.isOut.load(ordering: .relaxed) }

    /// Why the variant is taken out; `nil` while it is not.
    package var outage: Outage? { self.state.withLock { $0 } }

    /// Takes the variant out for a reason of the caller's; the first reason stays.
    package func blow(because reason: Remark, at now: EventTime) {
        self.state.withLock { if $0 == nil { $0 = Outage(at: now, remark: reason) } }
        self.isOut.store(true, ordering: .relaxed)
    }

    /// Counts a request that the variant answered or failed.
    func note(isFault: Bool, latencyMicroseconds: Int64, now: EventTime) {
        let bit: UInt64 = self.policy.isFault(failed: isFault, latencyMicroseconds: latencyMicroseconds) ? 1 : 0
        var old = self.window.load(ordering: .relaxed)
        while true {
            let result = self.window.compareExchange(
                expected: old,
                desired: old << 1 | bit,
                ordering: .relaxed
            )
            if result.exchanged { break }
            old = result.original
        }
        guard bit == 1 else { return }
        guard !self.isBlown, let reason = self.policy.reason(old << 1 | bit) else { return }
        self.blow(because: reason, at: now)
    }
}
