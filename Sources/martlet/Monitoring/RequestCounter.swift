import MartletCore
import MartletMonitoring
import MartletServing

/// Counts what the endpoints of this process were asked since the last look.
struct RequestCounter: Sendable {
    private struct Key: Hashable {
        let endpoint: String
        let version: String
        let variant: String
    }

    private var seen: [Key: EndpointMetrics.Counts] = [:]
    private var waiting: [ServiceMinute] = []

    /// Starts where the process started: all that was counted since is new.
    init() {}

    /// Takes in what was counted by now, and returns all that was not kept yet.
    mutating func take(_ metrics: ServingMetrics, _ objectives: ServiceObjectives, at now: EventTime) -> [ServiceMinute]
    {
        for metrics in metrics.all where !metrics.isShadow && !metrics.endpoint.isEmpty {
            let key = Key(endpoint: metrics.endpoint, version: metrics.version, variant: metrics.variant)
            let counts = metrics.counts
            let new = counts - (self.seen[key] ?? EndpointMetrics.Counts())
            self.seen[key] = counts
            let faults = new.refusedCounts.reduce(0) {
                $0 + (AlertCatalog.isFault($1.key) ? Int(clamping: $1.value) : 0)
            }
            // A request that was wrong may have taken long too; it breaks no promise.
            let count = Int(clamping: new.answeredCount) + faults
            let minute = ServiceMinute(
                endpoint: metrics.endpoint,
                minute: ServiceMinute.holding(now),
                requestCount: count,
                faultCount: faults,
                lateCount: min(new.count(slowerThan: objectives.latencySeconds), count),
                slowCount: min(new.count(slowerThan: objectives.latencyAlertSeconds), count)
            )
            if count > 0 { self.waiting.append(minute) }
        }
        return self.waiting
    }

    /// Forgets what was kept.
    mutating func kept() { self.waiting = [] }
}

extension EndpointMetrics.Counts {
    /// Requests that took longer than `seconds`; a bucket that reaches past it counts whole: never too kindly.
    func count(slowerThan seconds: Double) -> Int {
        var count = 0
        let bounds = EndpointMetrics.bucketMicroseconds
        for (index, number) in self.buckets.enumerated() {
            let upper = index < bounds.count ? Double(bounds[index]) / 1_000_000 : .infinity
            if upper > seconds { count += Int(clamping: number) }
        }
        return count
    }
}
