import Foundation
import Synchronization

/// Runs engine calls, which block for seconds, on threads of their own instead of the shared pool.
enum EngineThread {
    /// Runs `body` on a new thread and waits without blocking.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Swift.Result(catching: body)) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}

/// Whether a training was asked to stop; read between rounds from the engine's thread.
final class StopFlag: Sendable {
    private let state = Mutex(false)

    func raise() { self.state.withLock { $0 = true } }

    var isRaised: Bool { self.state.withLock { $0 } }
}
