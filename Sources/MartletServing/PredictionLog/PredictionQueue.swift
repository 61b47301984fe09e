package import MartletCore
import Synchronization

/// Where flushed records go.
///
/// An implementation appends the lines durably, or throws and leaves the place as if nothing had been written; the
/// queue then keeps them and tries again.
package protocol PredictionSink: Sendable {
    /// Appends whole JSON lines.
    func append(_ lines: [UInt8], at now: EventTime) async throws
}

/// The records that wait for the disk.
///
/// Requests append bytes under a short lock; nothing on the request path waits for a disk. What the sink refuses stays
/// queued, so a full disk turns into refused requests, never into lost records.
package final class PredictionQueue: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var flushing: [UInt8] = []
        var recordCount = 0
        var flushingCount = 0
        var writtenCount: UInt64 = 0
        var failureCount: UInt64 = 0
        var isFlushing = false

        var byteCount: Int { self.waiting.count + self.flushing.count }
    }

    private let policy: PredictionLogPolicy
    private let state = Mutex(State())

    /// Starts empty.
    package init(policy: PredictionLogPolicy = PredictionLogPolicy()) { self.policy = policy }

    /// Whether another record may be taken.
    package var hasRoom: Bool { self.state.withLock { $0.byteCount < self.policy.queueByteLimit } }

    /// Whether so much waits that it should be written now.
    package var isDue: Bool { self.state.withLock { $0.waiting.count >= self.policy.flushByteCount } }

    /// How many records wait.
    package var depth: Int { self.state.withLock { $0.recordCount + $0.flushingCount } }

    /// How many records were written since the start.
    package var writtenCount: UInt64 { self.state.withLock { $0.writtenCount } }

    /// How many flushes failed since the start.
    package var failureCount: UInt64 { self.state.withLock { $0.failureCount } }

    /// Queues one line.
    package func append(_ line: [UInt8]) {
        self.state.withLock { state in
            state.waiting.append(contentsOf: line)
            state.recordCount += 1
        }
    }

    /// Hands all that waits to `sink`; keeps it when the sink throws.
    ///
    /// - Returns: whether everything that waited at the call was written.
    @discardableResult
    package func flush(to sink: any PredictionSink, now: EventTime) async -> Bool {
        let lines = self.state.withLock { state -> [UInt8]? in
            guard !state.isFlushing else { return nil }
            if !state.waiting.isEmpty {
                if state.flushing.isEmpty {
                    swap(&state.flushing, &state.waiting)
                } else {
                    state.flushing.append(contentsOf: state.waiting)
                    state.waiting.removeAll(keepingCapacity: true)
                }
                state.flushingCount += state.recordCount
                state.recordCount = 0
            }
            state.isFlushing = !state.flushing.isEmpty
            return state.flushing
        }
        guard let lines else { return false }
        guard !lines.isEmpty else { return true }
        var isWritten = true
        do {
            try await sink.append(lines, at: now)
        } catch {
            isWritten = false
        }
        self.state.withLock { state in
            state.isFlushing = false
            if isWritten {
                state.flushing = []
                state.writtenCount += UInt64(state.flushingCount)
                state.flushingCount = 0
            } else {
                state.failureCount += 1
            }
        }
        return isWritten
    }
}
