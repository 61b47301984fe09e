import MartletCore

/// Samples of counters: each second of the last ten minutes, each minute of the last 26 hours.
struct MetricsHistory: Sendable {
    private struct Sample: Sendable {
        let at: EventTime
        let counts: EndpointMetrics.Counts
    }

    private var samples: [Sample] = []

    /// Adds a sample; one within a second of the last is left out unless it is a mark, one before it always.
    mutating func add(_ counts: EndpointMetrics.Counts, at now: EventTime, isMark: Bool) {
        if let last = self.samples.last, isMark ? now < last.at : now < last.at + .seconds(1) { return }
        self.samples.append(Sample(at: now, counts: counts))
        if self.samples.count > Self.limit { self.thin(now) }
    }

    /// The first counters that are not earlier than `moment`.
    func counts(from moment: EventTime) -> EndpointMetrics.Counts? {
        self.samples.first { $0.at >= moment }?.counts
    }

    private mutating func thin(_ now: EventTime) {
        var kept: [Sample] = []
        for sample in self.samples where now <= sample.at + Self.longest {
            if let last = kept.last, now > sample.at + Self.fine, sample.at < last.at + .seconds(60) { continue }
            kept.append(sample)
        }
        self.samples = kept
    }

    /// More than the seconds and minutes kept, so that thinning is seldom.
    private static let limit = 3_000
    private static let fine = TimeSpan.seconds(600)
    private static let longest = TimeSpan.seconds(26 * 3_600)
}
