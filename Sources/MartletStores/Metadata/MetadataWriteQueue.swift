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
    private struct State {
        var waiting: [MetadataWrite] = []
        var isWriting = false
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
    ///   - start: called when nothing is being written; has a thread take groups until there is none.
    /// - Returns: what `body` returned.
    /// - Throws: `tracking.storeUnavailable` at once when too many wait, else what the write was answered with.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        start: @Sendable () -> Void
    ) async throws -> Result {
        let kept = Kept<Result>()
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
            let (isTaken, mustStart) = self.state.withLock { state in
                if state.waiting.count >= Self.waitingLimit { return (false, false) }
                state.waiting.append(write)
                defer { state.isWriting = true }
                return (true, !state.isWriting)
            }
            if !isTaken {
                write.answer(
                    TrackingError(
                        .trackingStoreUnavailable,
                        "\(Self.waitingLimit) writes wait for the metadata database; try again later"
                    )
                )
            }
            if mustStart { start() }
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
}

/// The result of a write between its run and its commit.
private final class Kept<Result: Sendable>: Sendable {
    let result = Mutex<Result?>(nil)
}
