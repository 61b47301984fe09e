package import MartletCore

/// Writes what the queue holds: each second, sooner when much waits, and at the end.
///
/// A `kill -9` loses at most the records of the last second; an orderly shutdown loses none.
package struct PredictionLogWriter: Sendable {
    private let queue: PredictionQueue
    private let sink: any PredictionSink
    private let now: @Sendable () -> EventTime

    /// Writes from `queue` to `sink`.
    package init(queue: PredictionQueue, sink: any PredictionSink, now: @escaping @Sendable () -> EventTime) {
        self.queue = queue
        self.sink = sink
        self.now = now
    }

    /// Writes until the task is cancelled; call ``finish()`` after it.
    package func run() async {
        var ticks = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
            ticks += 1
            guard ticks >= 10 || self.queue.isDue else { continue }
            ticks = 0
            await self.queue.flush(to: self.sink, now: self.now())
        }
    }

    /// Writes everything that waits, once.
    ///
    /// - Returns: whether all of it was written.
    @discardableResult
    package func finish() async -> Bool { await self.queue.flush(to: self.sink, now: self.now()) }
}
