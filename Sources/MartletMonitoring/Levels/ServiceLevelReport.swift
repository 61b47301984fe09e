package import MartletCore

/// All promises, and how they are kept.
package struct ServiceLevelReport: Sendable, Hashable {
    package let at: EventTime
    /// By objective, in the order of ``ServiceLevel/Objective``, then by subject.
    package let levels: [ServiceLevel]

    /// What promises are measured by.
    package struct Facts: Sendable {
        /// The requests of each endpoint over `windows`, in their order.
        package var sums: [String: [ServiceMinute]] = [:]
        /// All tries of the last 30 days.
        package var attempts: [DataAttempt] = []
        package var readings: [LevelReading] = []
        /// Changes of deployments in the last 30 days that left endpoints without an answer.
        package var interruptions: [DeploymentInterruption] = []
        /// A/B tests that go on: their endpoints and when they began.
        package var experiments: [(endpoint: String, since: EventTime)] = []

        /// Knows nothing.
        package init() {}
    }

    /// The windows that sums are taken over: those of budgets, then the time they last.
    package static let windows = BurnRule.windows + [BurnRule.period]

    /// The minutes in which ``windows`` begin at `now`.
    package static func begins(at now: EventTime) -> [Int64] {
        Self.windows.map { ServiceMinute.holding(now) + 1 - $0.microseconds / 60_000_000 }
    }

    /// Measures `objectives` at `now`.
    package init(_ objectives: ServiceObjectives, _ facts: Facts, at now: EventTime) {
        self.at = now
        let endpoints = facts.sums.sorted { $0.key < $1.key }
        var levels = endpoints.map { Self.latency($0, $1, objectives) }
        levels += endpoints.map { Self.errors($0, $1, objectives) }
        levels += Self.models(facts.readings, objectives)
        levels += Self.collection(facts.attempts, objectives, now)
        levels += Self.trainings(facts.attempts, objectives)
        levels += Self.downtime(endpoints.map(\.key), facts.interruptions, objectives)
        levels += facts.experiments.sorted { $0.endpoint < $1.endpoint }
            .map { experiment in
                ServiceLevel(
                    .experiment,
                    of: "endpoint:\(experiment.endpoint)",
                    .seconds,
                    promised: objectives.experimentLength.seconds,
                    present: Double(now.microseconds - experiment.since.microseconds) / 1_000_000
                )
            }
        self.levels = levels
    }

    /// The budgets of an endpoint whose requests over `windows` are `sums`.
    package static func budgets(
        _ sums: [ServiceMinute],
        _ objectives: ServiceObjectives
    ) -> (errors: ErrorBudget, latency: ErrorBudget) {
        func budget(_ allowed: Double, _ bad: (ServiceMinute) -> Int) -> ErrorBudget {
            let counts = sums.map { FaultCount(total: $0.requestCount, bad: bad($0)) }
            return ErrorBudget(
                allowedShare: max(allowed, .leastNormalMagnitude),
                period: counts.count == Self.windows.count ? counts[counts.count - 1] : FaultCount(total: 0, bad: 0),
                windows: Dictionary(zip(BurnRule.windows, counts)) { first, _ in first }
            )
        }
        return (budget(objectives.errorShare, \.faultCount), budget(Self.lateShare, \.lateCount))
    }

    /// A 95th percentile is kept when no more than this share takes longer.
    package static let lateShare = 0.05

    /// The report with stable keys.
    package var json: JSONValue {
        .object(["at": .string(self.at.description), "objectives": .array(self.levels.map(\.json))])
    }
}

extension ServiceLevelReport {
    private static func latency(
        _ endpoint: String,
        _ sums: [ServiceMinute],
        _ objectives: ServiceObjectives
    ) -> ServiceLevel {
        let budget = Self.budgets(sums, objectives).latency
        return ServiceLevel(
            .latency,
            of: "endpoint:\(endpoint)",
            .share,
            promised: Self.lateShare,
            present: budget.period.share,
            budget: budget
        )
    }

    private static func errors(
        _ endpoint: String,
        _ sums: [ServiceMinute],
        _ objectives: ServiceObjectives
    ) -> ServiceLevel {
        let budget = Self.budgets(sums, objectives).errors
        return ServiceLevel(
            .errors,
            of: "endpoint:\(endpoint)",
            .share,
            promised: objectives.errorShare,
            alert: objectives.errorAlertShare,
            present: budget.period.share,
            budget: budget
        )
    }

    /// The error on labels; where none are in, what is expected.
    private static func models(_ readings: [LevelReading], _ objectives: ServiceObjectives) -> [ServiceLevel] {
        Dictionary(grouping: readings, by: \.subject).sorted { $0.key < $1.key }
            .compactMap { subject, readings in
                let realised = readings.first { $0.kind == .errorGrowth }
                guard let reading = realised ?? readings.first(where: { $0.kind == .estimatedGrowth }) else {
                    return nil
                }
                return ServiceLevel(
                    .modelError,
                    of: subject,
                    .share,
                    promised: objectives.errorGrowth,
                    present: reading.value
                )
            }
    }

    private static func collection(
        _ attempts: [DataAttempt],
        _ objectives: ServiceObjectives,
        _ now: EventTime
    ) -> [ServiceLevel] {
        let loads = attempts.filter { $0.subject.hasPrefix("source:") }
        return Dictionary(grouping: loads, by: \.subject).sorted { $0.key < $1.key }
            .map { subject, attempts in
                func count(_ window: TimeSpan) -> FaultCount {
                    let inside = attempts.filter { $0.at > now - window }
                    return FaultCount(total: inside.count, bad: inside.count { !$0.outcome.isSuccess })
                }
                let period = count(BurnRule.period)
                return ServiceLevel(
                    .collection,
                    of: subject,
                    .share,
                    promised: objectives.collectionShare,
                    alert: objectives.collectionAlertShare,
                    present: period.share.map { 1 - $0 },
                    isLowerLimit: true,
                    budget: ErrorBudget(
                        allowedShare: max(1 - objectives.collectionShare, .leastNormalMagnitude),
                        period: period,
                        windows: Dictionary(
                            BurnRule.windows.map { ($0, count($0)) },
                            uniquingKeysWith: { first, _ in first }
                        )
                    )
                )
            }
    }

    /// The longest training of the last 30 days.
    private static func trainings(_ attempts: [DataAttempt], _ objectives: ServiceObjectives) -> [ServiceLevel] {
        let trainings = attempts.filter { $0.subject.hasPrefix("recipe:") && $0.seconds != nil }
        return Dictionary(grouping: trainings, by: \.subject).sorted { $0.key < $1.key }
            .map { subject, attempts in
                ServiceLevel(
                    .training,
                    of: subject,
                    .seconds,
                    promised: objectives.trainingTime.seconds,
                    alert: objectives.trainingAlertTime.seconds,
                    present: attempts.compactMap(\.seconds).max()
                )
            }
    }

    private static func downtime(
        _ endpoints: [String],
        _ interruptions: [DeploymentInterruption],
        _ objectives: ServiceObjectives
    ) -> [ServiceLevel] {
        endpoints.map { endpoint in
            ServiceLevel(
                .downtime,
                of: "endpoint:\(endpoint)",
                .seconds,
                promised: objectives.downtime.seconds,
                present: interruptions.filter { $0.endpoint == endpoint }.map(\.seconds).reduce(0, +)
            )
        }
    }
}
