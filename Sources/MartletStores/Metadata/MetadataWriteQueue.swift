import MartletTracking
import Synchronization

/// One caller's write, between its call and its answer.
struct MetadataWrite: Sendable {
    /// Runs the write and keeps what it returned; a second run replaces it.
    let run: @Sendable (any SQLConnection) throws -> Void
    /// Answers the caller: with the error, or with what the write returned.
    let answer: @Sendable ((any Error)?) -> Void
}

/// Writes that gather while others are being made, so that they become durable together.
final class MetadataWriteQueue: Sendable {
    /// What became of a write on a lent thread.
    enum LentOutcome: Sendable {
        /// It was answered.
        case answered
        /// It was answered, and the database's own thread has something to do.
        case answeredAndMore
        /// It was not made, since another process writes.
        case mustWait
    }

    private struct State {
        var waiting: [MetadataWrite] = []
        var isWriting = false
        var pace = WritePace()
    }

    /// Who makes a write.
    private enum Turn {
        case caller
        case waker
        case whoIsWriting
        case nobody
    }

    /// The most writes one transaction holds.
    private static let groupLimit = 256
    /// The most writes that may wait.
    private static let waitingLimit = 20_000

    private let state = Mutex(State())

    /// Waits for `body` to be run and made durable.
    ///
    /// - Parameters:
    ///   - body: the write; it may be run again when a connection broke.
    ///   - here: makes one write on the thread it is called on; `nil` when the database cannot. Called when the caller
    ///     lends its thread, nothing is being written and writes are quick.
    ///   - start: called when nothing is being written; has a thread take groups until there is none.
    /// - Returns: what `body` returned.
    /// - Throws: `tracking.storeUnavailable` at once when too many wait, else what the write was answered with.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        here: (@Sendable (MetadataWrite) -> LentOutcome)? = nil,
        start: @Sendable () -> Void
    ) async throws -> Result {
        let kept = Kept<Result>()
        let lent = WriteThread.isLent ? here : nil
        return try await withCheckedThrowingContinuation { continuation in
            let write = MetadataWrite(
                run: { connection in
                    let result = try body(connection)
                    kept.result.withLock { $0 = result }
                },
                answer: { error in
                    if let error { return continuation.resume(throwing: error) }
                    guard let result = kept.result.withLock({ $0 }) else {
                        preconditionFailure("a write was answered that did not run")
                    }
                    continuation.resume(returning: result)
                }
            )
            switch self.turn(write, isLent: lent != nil) {
            case .caller: if let lent, self.write(write, lent) { start() }
            case .waker: start()
            case .whoIsWriting: break
            case .nobody:
                write.answer(
                    TrackingError(
                        .trackingStoreUnavailable,
                        "\(Self.waitingLimit) writes wait for the metadata database; try again later"
                    )
                )
            }
        }
    }

    /// The next writes to make together; empty when there are none, and then the taker stops.
    func nextGroup() -> [MetadataWrite] {
        self.state.withLock { state in
            let group = Array(state.waiting.prefix(Self.groupLimit))
            state.waiting.removeFirst(group.count)
            if group.isEmpty { state.isWriting = false }
            return group
        }
    }

    private func turn(_ write: MetadataWrite, isLent: Bool) -> Turn {
        self.state.withLock { state in
            if state.waiting.count >= Self.waitingLimit { return .nobody }
            defer { state.isWriting = true }
            if isLent, !state.isWriting, state.pace.isQuick() { return .caller }
            state.waiting.append(write)
            return state.isWriting ? .whoIsWriting : .waker
        }
    }

    /// Makes `write` on this thread; whether the database's own thread must be started for what waits.
    private func write(_ write: MetadataWrite, _ here: (MetadataWrite) -> LentOutcome) -> Bool {
        let start = ContinuousClock.now
        let outcome = here(write)
        let duration = ContinuousClock.now - start
        return self.state.withLock { state in
            state.pace.note(duration)
            if outcome == .mustWait { state.waiting.insert(write, at: 0) }
            state.isWriting = outcome == .answeredAndMore || !state.waiting.isEmpty
            return state.isWriting
        }
    }
}

/// The result of a write between its run and its commit.
private final class Kept<Result: Sendable>: Sendable {
    let result = Mutex<Result?>(nil)
}
