package import MartletCore

/// What is kept of the past, to replay rules on.
package struct AlertHistory: Sendable {
    private let minutes: [String: MinuteSums]
    private let budgetMinutes: [String: MinuteSums]
    private let outages: [OutageSpan]
    private let attempts: [String: [DataAttempt]]
    private let jobs: [String: [PastJob]]
    private let experiments: [PastExperiment]
    private let changes: [PastChange]
    private let hosts: [Int64: HostUse]
    private let looks: [PastLook]
    private let limit: @Sendable (String, EventTime?) -> DataFact.Limit?
    private let nextTick: @Sendable (String, EventTime) -> EventTime?

    /// Keeps what is known.
    ///
    /// - Parameters:
    ///   - minutes: requests; several of one minute are summed.
    ///   - budgetMinutes: requests as budgets go by them; by default `minutes`.
    ///   - outages: times in which variants were out.
    ///   - attempts: tries to bring data up to date.
    ///   - jobs: the jobs of pipelines.
    ///   - experiments: A/B tests.
    ///   - changes: changes of deployments.
    ///   - hosts: how much of the hosts was used, once for each minute.
    ///   - looks: what looks at live traffic found.
    ///   - limit: how old a thing may be, by its subject and when a try at it succeeded last.
    ///   - nextTick: the first tick of a pipeline's clocks after a moment.
    package init(
        minutes: [ServiceMinute] = [],
        budgetMinutes: [ServiceMinute]? = nil,
        outages: [OutageSpan] = [],
        attempts: [DataAttempt] = [],
        jobs: [String: [PastJob]] = [:],
        experiments: [PastExperiment] = [],
        changes: [PastChange] = [],
        hosts: [HostMinute] = [],
        looks: [PastLook] = [],
        limit: @escaping @Sendable (String, EventTime?) -> DataFact.Limit? = { _, _ in nil },
        nextTick: @escaping @Sendable (String, EventTime) -> EventTime? = { _, _ in nil }
    ) {
        self.minutes = Dictionary(grouping: minutes, by: \.endpoint).mapValues(MinuteSums.init)
        self.budgetMinutes = Dictionary(grouping: budgetMinutes ?? minutes, by: \.endpoint).mapValues(MinuteSums.init)
        self.outages = outages
        self.attempts = Dictionary(grouping: attempts, by: \.subject).mapValues { $0.sorted { $0.at < $1.at } }
        self.jobs = jobs.mapValues { $0.sorted { $0.createdAt > $1.createdAt } }
        self.experiments = experiments.sorted { ($0.since, $0.id) < ($1.since, $1.id) }
        self.changes = changes
        self.hosts = Dictionary(hosts.map { ($0.minute, $0.use) }) { _, last in last }
        self.looks = looks.sorted { $0.at < $1.at }
        self.limit = limit
        self.nextTick = nextTick
    }

    /// What was known at `now` that rules of these kinds look at.
    func facts(_ kinds: Set<AlertRule.History>, at now: EventTime, _ objectives: ServiceObjectives) -> AlertFacts {
        var facts = AlertFacts(
            traffic: kinds.contains(.requests) ? self.traffic(at: now) : [],
            comparisons: kinds.contains(.comparisons) ? self.comparisons(at: now) : []
        )
        if kinds.contains(.budgets) { facts.budgets = self.budgets(at: now, objectives) }
        if kinds.contains(.data) { facts.data = self.attempts.keys.sorted().compactMap { self.data($0, at: now) } }
        if kinds.contains(.jobs) {
            facts.jobs = self.jobs.sorted { $0.key < $1.key }
                .map { name, jobs in PastJob.fact(name, jobs, at: now) { self.nextTick(name, $0) } }
        }
        if kinds.contains(.experiments) {
            facts.experiments = self.experiments.filter { $0.since <= now && ($0.until.map { $0 > now } ?? true) }
                .map { AlertFacts.Experiment(endpoint: $0.endpoint, id: $0.id, since: $0.since) }
        }
        if kinds.contains(.deployments) { facts.interruptions = self.interruptions(at: now) }
        if kinds.contains(.host) { facts.host = self.hosts[ServiceMinute.holding(now)] ?? HostUse() }
        return facts
    }

    private func comparisons(at now: EventTime) -> [AlertFacts.Comparison] {
        var (low, high) = (0, self.looks.count)
        while low < high {
            let middle = (low + high) / 2
            if self.looks[middle].at <= now { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? [] : self.looks[low - 1].comparisons
    }

    /// What changes of the hour before `now` left without an answer, as far as it was counted by then.
    private func interruptions(at now: EventTime) -> [DeploymentInterruption] {
        let recent = self.changes.filter { $0.at <= now && $0.at >= now - DeploymentInterruption.memory }
        guard !recent.isEmpty else { return [] }
        var minutes: Set<ServiceMinute> = []
        for change in recent {
            guard let sums = self.minutes[change.endpoint] else { continue }
            let first = ServiceMinute.holding(change.at)
            for minute in first..<first + DeploymentInterruption.minuteLimit
            where minute <= ServiceMinute.holding(now) {
                minutes.insert(sums.sum(change.endpoint, from: minute, to: minute + 1))
            }
        }
        return DeploymentInterruption.find(
            after: recent.map { (endpoint: $0.endpoint, at: $0.at) },
            in: Array(minutes)
        )
    }

    private func traffic(at now: EventTime) -> [AlertFacts.Traffic] {
        let end = ServiceMinute.holding(now)
        let outages = Dictionary(grouping: self.outages.filter { $0.holds(at: now) }, by: \.endpoint)
        return Set(self.minutes.keys).union(outages.keys).sorted()
            .map { endpoint in
                let sum = self.minutes[endpoint]?.sum(endpoint, from: end - 5, to: end)
                return AlertFacts.Traffic(
                    endpoint: endpoint,
                    requestCount: sum?.requestCount ?? 0,
                    faultCount: sum?.faultCount ?? 0,
                    slowCount: sum?.slowCount ?? 0,
                    outages: (outages[endpoint] ?? []).sorted { ($0.variant, $0.at) < ($1.variant, $1.at) }
                        .map { (variant: $0.variant, reason: Remark(said: $0.reason)) }
                )
            }
    }

    private func budgets(at now: EventTime, _ objectives: ServiceObjectives) -> [AlertFacts.Budgets] {
        let end = ServiceMinute.holding(now)
        return self.budgetMinutes.sorted { $0.key < $1.key }
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
