import Foundation

/// Threads of its own for work that blocks, at most so many at once; more waits its turn.
final class BlockingWork: Sendable {
    private let queue: OperationQueue

    /// Names the threads, and says how many may be busy.
    init(_ name: String, threadLimit: Int) {
        self.queue = OperationQueue()
        self.queue.name = name
        self.queue.maxConcurrentOperationCount = threadLimit
    }

    /// Runs `body` on one of the threads, and returns what it returns or throws.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.addOperation { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    /// Runs `body`, which cannot fail, on one of the threads.
    func finish(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            self.queue.addOperation {
                body()
                continuation.resume()
            }
        }
    }

    /// Runs `body` on one of the threads, without waiting for it.
    func start(_ body: @escaping @Sendable () -> Void) { self.queue.addOperation(body) }
}
