package import MartletCore

/// How often and when a failed step is tried again.
package struct RetryRule: Sendable, Hashable, Codable {
    /// The most tries, the first included.
    package var tries: Int
    /// The longest wait after the first failure; it doubles with each.
    package var first: TimeSpan
    /// The longest wait ever.
    package var longest: TimeSpan

    /// Three tries, waiting up to 30 seconds and then up to a minute.
    package init(tries: Int = 3, first: TimeSpan = .seconds(30), longest: TimeSpan = .seconds(600)) {
        self.tries = tries
        self.first = first
        self.longest = longest
    }

    /// How long to wait after the try `number` failed.
    ///
    /// Full jitter: anything from nothing to the doubled wait, so that jobs that failed together do not come back
    /// together.
    ///
    /// - Parameters:
    ///   - number: counts from 1.
    ///   - chance: from 0 up to 1, drawn by the caller.
    /// - Returns: the wait.
    /// - Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    package func wait(afterTry number: Int, chance: Double) -> TimeSpan {
        var limit = max(0, self.first.microseconds)
        for _ in 1..<max(2, number) where number > 1 && limit < self.longest.microseconds {
            limit = limit > .max / 2 ? .max : limit * 2
        }
        limit = min(limit, max(0, self.longest.microseconds))
        return TimeSpan(microseconds: Int64(Double(limit) * min(max(chance, 0), 1)))
    }
}

extension RetryRule: DocumentObject {
    package init(from reader: ObjectReader) {
        let standard = RetryRule()
        self.init(
            tries: reader.value("tries", default: standard.tries, "The most tries, 1 to 100.", documentedDefault: 3),
            first: reader.value(
                "first",
                default: standard.first,
                "The longest wait after the first failure; it doubles with each.",
                documentedDefault: "30s"
            ),
            longest: reader.value(
                "longest",
                default: standard.longest,
                "The longest wait ever.",
                documentedDefault: "10m"
            )
        )
        if !(1...100).contains(self.tries) {
            reader.report(.documentInvalidValue, "tries is \(self.tries); it must be 1 to 100", at: "tries")
        }
    }
}
