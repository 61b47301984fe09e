import MartletCore
import Synchronization

/// A request that was answered and waits to be scored by the shadows of its endpoint.
struct ShadowJob: Sendable {
    let requestID: String
    let time: EventTime
    let endpoint: String
    let unit: String
    let body: [UInt8]
    let split: TrafficSplit
}

/// The requests that wait for shadow variants.
///
/// Bounded: what finds it full is not scored beside, which is counted; nobody's answer waits for it or fails by it.
package final class ShadowQueue: Sendable {
    /// How much may wait.
    package struct Policy: Sendable, Hashable {
        /// The most requests that wait; 4,096.
        package var jobLimit = 4_096
        /// The most bytes of bodies that wait; 16 MiB.
        package var byteLimit = 16_777_216

        /// Takes the defaults.
        package init() {}
    }

    private struct State {
        var jobs: [ShadowJob] = []
        var byteCount = 0
        var droppedCount: UInt64 = 0
        var scoredCount: UInt64 = 0
    }

    private let policy: Policy
    private let state = Mutex(State())
    private let signal: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// Starts empty.
    package init(policy: Policy = Policy()) {
        self.policy = policy
        (self.signal, self.waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many requests wait.
    package var depth: Int { self.state.withLock { $0.jobs.count } }

    /// How many requests found the queue full since the start.
    package var droppedCount: UInt64 { self.state.withLock { $0.droppedCount } }

    /// How many requests were scored beside since the start.
    package var scoredCount: UInt64 { self.state.withLock { $0.scoredCount } }

    /// Takes a request when there is room.
    func offer(_ job: ShadowJob) {
        let isFirst = self.state.withLock { state in
            guard state.jobs.count < self.policy.jobLimit, state.byteCount < self.policy.byteLimit else {
                state.droppedCount += 1
                return false
            }
            state.jobs.append(job)
            state.byteCount += job.body.count
            return state.jobs.count == 1
        }
        if isFirst { self.waker.yield() }
    }

    /// Hands out all that waits.
    func takeAll() -> [ShadowJob] {
        self.state.withLock { state in
            let jobs = state.jobs
            state.jobs = []
            state.byteCount = 0
            state.scoredCount += UInt64(jobs.count)
            return jobs
        }
    }

    /// Calls `body` whenever something waits, until the task is cancelled.
    func run(_ body: @Sendable () -> Void) async { for await _ in self.signal { body() } }
}
