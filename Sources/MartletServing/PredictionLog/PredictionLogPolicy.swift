/// How the prediction log is bounded.
package struct PredictionLogPolicy: Sendable, Hashable {
    /// The most bytes that wait for the disk; 64 MiB.
    ///
    /// A request that finds the queue full is refused before scoring.
    package var queueByteLimit = 67_108_864
    /// The bytes that are written at once without waiting for the next second; 4 MiB.
    package var flushByteCount = 4_194_304

    /// Takes the defaults.
    package init() {}
}
