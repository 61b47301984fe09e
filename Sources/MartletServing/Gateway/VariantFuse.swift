package import MartletCore
import Synchronization

/// Takes a variant out at once when too many of its last requests failed or were slow.
///
/// It looks at the last 64 requests, which it keeps as bits of one word, so that it costs next to nothing. It is no verdict
/// on the variant, for which there is too little to see; it only stops the harm, and stays blown until the endpoint's
/// traffic is set again.
package final class VariantFuse: Sendable {
    /// When it blows.
    package struct Policy: Sendable, Hashable {
        /// How many of the last 64 requests may fail or be slow; one more blows the fuse.
        package var toleratedFaultCount = 15
        /// From how many microseconds on a request is slow; half a second.
        package var slowMicroseconds: Int64 = 500_000

        /// Takes the defaults.
        package init() {}
    }

    /// Why and when a variant was taken out.
    package struct Outage: Sendable, Hashable {
        package let at: EventTime
        package let reason: String
    }

    private let policy: Policy
    private let window = Atomic<UInt64>(0)
    private let isOut = Atomic<Bool>(false)
    private let state = Mutex<Outage?>(nil)

    /// Starts whole.
    package init(policy: Policy = Policy()) { self.policy = policy }

    /// Whether the variant is taken out.
    package var isBlown: Bool { self.isOut.load(ordering: .relaxed) }

    /// Why the variant is taken out; `nil` while it is not.
    package var outage: Outage? { self.state.withLock { $0 } }

    /// Takes the variant out for a reason of the caller's; the first reason stays.
    package func blow(because reason: String, at now: EventTime) {
        self.state.withLock { if $0 == nil { $0 = Outage(at: now, reason: reason) } }
        self.isOut.store(true, ordering: .relaxed)
    }

    /// Counts a request that the variant answered or failed.
    func note(isFault: Bool, latencyMicroseconds: Int64, now: EventTime) {
        let bit: UInt64 = isFault || latencyMicroseconds >= self.policy.slowMicroseconds ? 1 : 0
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
        let count = (old << 1 | bit).nonzeroBitCount
        guard count > self.policy.toleratedFaultCount, !self.isBlown else { return }
        self.blow(because: "\(count) of its last 64 requests failed or were slow", at: now)
    }
}
