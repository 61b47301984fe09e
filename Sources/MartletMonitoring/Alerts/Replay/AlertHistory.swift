package import MartletCore

/// What is kept of the past, to replay rules on.
package struct AlertHistory: Sendable {
    /// The end of a job.
    package struct JobEnd: Sendable, Hashable {
        package let pipeline: String
        package let id: String
        package let at: EventTime
        /// Why it failed; `nil` when it did not.
        package let failure: String?

        /// Describes the end of a job.
        package init(pipeline: String, id: String, at moment: EventTime, failure: String?) {
            self.pipeline = pipeline
            self.id = id
            self.at = moment
            self.failure = failure
        }
    }

    private let minutes: [String: MinuteSums]
    private let attempts: [String: [DataAttempt]]
    private let jobs: [String: [JobEnd]]
    private let limit: @Sendable (String, EventTime?) -> DataFact.Limit?

    /// Keeps what is known.
    ///
    /// - Parameters:
    ///   - minutes: requests; several of one minute are summed.
    ///   - attempts: tries to bring data up to date.
    ///   - jobs: the ends of jobs.
    ///   - limit: how old a thing may be, by its subject and when a try at it succeeded last.
    package init(
        minutes: [ServiceMinute] = [],
        attempts: [DataAttempt] = [],
        jobs: [JobEnd] = [],
        limit: @escaping @Sendable (String, EventTime?) -> DataFact.Limit? = { _, _ in nil }
    ) {
        self.minutes = Dictionary(grouping: minutes, by: \.endpoint).mapValues(MinuteSums.init)
        self.attempts = Dictionary(grouping: attempts, by: \.subject).mapValues { $0.sorted { $0.at < $1.at } }
        self.jobs = Dictionary(grouping: jobs, by: \.pipeline).mapValues { $0.sorted { $0.at < $1.at } }
        self.limit = limit
    }

    /// What was known at `now` that rules of `kind` look at.
    func facts(_ kind: AlertRule.History, at now: EventTime, _ objectives: ServiceObjectives) -> AlertFacts {
        switch kind {
        case .requests: return AlertFacts(traffic: self.traffic(at: now), comparisons: [])
        case .budgets:
            var facts = AlertFacts(traffic: [], comparisons: [])
            facts.budgets = self.budgets(at: now, objectives)
            return facts
        case .data:
            var facts = AlertFacts(traffic: [], comparisons: [])
            facts.data = self.attempts.keys.sorted().compactMap { self.data($0, at: now) }
            return facts
        case .jobs:
            var facts = AlertFacts(traffic: [], comparisons: [])
            facts.jobs = self.jobs.sorted { $0.key < $1.key }
                .map { pipeline, ends in
                    let last = ends.last { $0.at <= now }
                    return JobFact(
                        pipeline: pipeline,
                        failure: last.flatMap { end in end.failure.map { (id: end.id, reason: $0) } }
                    )
                }
            return facts
        case .none: return AlertFacts(traffic: [], comparisons: [])
        }
    }

    private func traffic(at now: EventTime) -> [AlertFacts.Traffic] {
        let end = ServiceMinute.holding(now)
        return self.minutes.sorted { $0.key < $1.key }
            .map { endpoint, sums in
                let sum = sums.sum(endpoint, from: end - 5, to: end)
                return AlertFacts.Traffic(
                    endpoint: endpoint,
                    requestCount: sum.requestCount,
                    faultCount: sum.faultCount,
                    slowCount: sum.slowCount,
                    outages: []
                )
            }
    }

    private func budgets(at now: EventTime, _ objectives: ServiceObjectives) -> [AlertFacts.Budgets] {
        let end = ServiceMinute.holding(now)
        return self.minutes.sorted { $0.key < $1.key }
            .map { endpoint, sums in
                let windows = BurnRule.windows.map {
                    sums.sum(endpoint, from: end - $0.microseconds / 60_000_000, to: end)
                }
                let budgets = ServiceLevelReport.budgets(windows, objectives)
                return AlertFacts.Budgets(endpoint: endpoint, errors: budgets.errors, latency: budgets.latency)
            }
    }

    private func data(_ subject: String, at now: EventTime) -> DataFact? {
        let past = (self.attempts[subject] ?? []).prefix { $0.at <= now }
        guard let last = past.last else { return nil }
        let succeededAt = past.last { $0.outcome.isSuccess }?.at
        let period = past.filter { $0.at > now - BurnRule.period }
        return DataFact(
            subject: subject,
            standing: DataStanding(
                last: last,
                freshAt: past.last { $0.outcome == .fresh || $0.outcome == .fallback }?.at,
                succeededAt: succeededAt
            ),
            limit: self.limit(subject, succeededAt),
            loads: FaultCount(total: period.count, bad: period.count { !$0.outcome.isSuccess })
        )
    }
}

/// The minutes of one endpoint, summed up from the first.
private struct MinuteSums: Sendable {
    private let minutes: [Int64]
    /// One more than minutes: the sums before each.
    private let sums: [ServiceMinute]

    init(_ minutes: [ServiceMinute]) {
        let sorted = minutes.sorted { $0.minute < $1.minute }
        self.minutes = sorted.map(\.minute)
        var sum = ServiceMinute(endpoint: "", minute: 0)
        self.sums =
            [sum]
            + sorted.map { minute in
                sum.requestCount += minute.requestCount
                sum.faultCount += minute.faultCount
                sum.lateCount += minute.lateCount
                sum.slowCount += minute.slowCount
                return sum
            }
    }

    /// The sum from a minute to before another.
    func sum(_ endpoint: String, from: Int64, to: Int64) -> ServiceMinute {
        let (first, last) = (self.sums[self.position(from)], self.sums[self.position(to)])
        return ServiceMinute(
            endpoint: endpoint,
            minute: from,
            requestCount: last.requestCount - first.requestCount,
            faultCount: last.faultCount - first.faultCount,
            lateCount: last.lateCount - first.lateCount,
            slowCount: last.slowCount - first.slowCount
        )
    }

    /// How many minutes lie before `minute`.
    private func position(_ minute: Int64) -> Int {
        var (low, high) = (0, self.minutes.count)
        while low < high {
            let middle = (low + high) / 2
            if self.minutes[middle] < minute { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
