package import MartletCore

/// How often a source is tried, and how long the pauses are.
package struct RetryPolicy: DocumentObject, Sendable, Hashable {
    package let tries: Int
    package let pause: TimeSpan
    package let longestPause: TimeSpan

    package init(from reader: ObjectReader) {
        self.tries = reader.value("tries", default: 3, "How often in all.", documentedDefault: 3)
        self.pause = reader.value(
            "pause",
            default: .seconds(5),
            "The longest pause before the second try; it doubles each time, and the pause is any part of it.",
            documentedDefault: "5s"
        )
        self.longestPause = reader.value(
            "longest_pause",
            default: .seconds(300),
            "What the pause does not grow beyond.",
            documentedDefault: "5m"
        )
        if !(1...20).contains(self.tries) {
            reader.report(.documentInvalidValue, "between 1 and 20 tries", at: "tries")
        }
    }

    /// The pause after `count` tries that failed: `fraction`, from 0 to 1, of what doubling allows.
    ///
    /// Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 (full jitter).
    package func pause(after count: Int, fraction: Double) -> TimeSpan {
        let doublings = Double(1 << min(max(count - 1, 0), 30))
        let limit = min(self.pause.seconds * doublings, self.longestPause.seconds)
        return TimeSpan(microseconds: Int64(limit * min(max(fraction, 0), 1) * 1_000_000))
    }
}
