import Foundation

/// Lets calls of LightGBM run together only while they want the same number of threads; others wait, in order.
///
/// LightGBM keeps that number for the whole process and sizes buffers by it (`OMP_SET_NUM_THREADS` and
/// `OMP_NUM_THREADS()` of its `openmp_wrapper.h`): a prediction that asks for more threads, while a training with fewer is
/// under way, makes the training write past the end of its buffers.
// Safe because every stored variable is read and written under the condition's lock only.
final class ThreadCountGate: @unchecked Sendable {
    private let condition = NSCondition()
    private var nextTicket = 0
    private var admitted = 0
    private var threads = 0
    private var running = 0

    /// Every call in this process goes through the same one.
    static let shared = ThreadCountGate()

    /// Runs `body` when it is its turn.
    ///
    /// Blocking; `body` must not come here again.
    func run<Result, Failure: Error>(threads: Int, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        self.enter(threads)
        defer { self.leave() }
        return try body()
    }

    private func enter(_ threads: Int) {
        self.condition.lock()
        defer { self.condition.unlock() }
        let ticket = self.nextTicket
        self.nextTicket += 1
        while self.admitted != ticket || (self.running > 0 && self.threads != threads) { self.condition.wait() }
        self.admitted += 1
        self.threads = threads
        self.running += 1
        // The next in line may want the same.
        self.condition.broadcast()
    }

    private func leave() {
        self.condition.lock()
        self.running -= 1
        self.condition.broadcast()
        self.condition.unlock()
    }
}
