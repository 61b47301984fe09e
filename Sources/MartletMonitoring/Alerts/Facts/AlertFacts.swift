package import MartletCore

/// What is known of a service at one moment: all that findings are made of.
package struct AlertFacts: Sendable {
    /// The last five minutes of one endpoint.
    package struct Traffic: Sendable {
        package let endpoint: String
        package let requestCount: Int
        /// Requests that failed by the server's fault.
        package let faultCount: Int
        /// Requests that took longer than the latency of the alert.
        package let slowCount: Int
        /// Variants that were taken out, with the reason.
        package let outages: [(variant: String, reason: Remark)]

        /// Describes five minutes.
        package init(
            endpoint: String,
            requestCount: Int,
            faultCount: Int,
            slowCount: Int,
            outages: [(variant: String, reason: Remark)]
        ) {
            self.endpoint = endpoint
            self.requestCount = requestCount
            self.faultCount = faultCount
            self.slowCount = slowCount
            self.outages = outages
        }
    }

    /// The last comparison of a live version with its training.
    package struct Comparison: Sendable {
        package let endpoint: String
        package let version: String
        package let driftedColumns: [String]
        /// Growth of the error on labels; `nil` while none are in.
        package let errorGrowth: Double?
        package let estimatedGrowth: Double?

        /// Describes a comparison.
        package init(
            endpoint: String,
            version: String,
            driftedColumns: [String],
            errorGrowth: Double?,
            estimatedGrowth: Double?
        ) {
            self.endpoint = endpoint
            self.version = version
            self.driftedColumns = driftedColumns
            self.errorGrowth = errorGrowth
            self.estimatedGrowth = estimatedGrowth
        }
    }

    /// What an endpoint may still do wrong.
    package struct Budgets: Sendable {
        package let endpoint: String
        package let errors: ErrorBudget
        package let latency: ErrorBudget

        /// Describes the budgets of `endpoint`.
        package init(endpoint: String, errors: ErrorBudget, latency: ErrorBudget) {
            self.endpoint = endpoint
            self.errors = errors
            self.latency = latency
        }
    }

    /// An A/B test that goes on.
    package struct Experiment: Sendable {
        package let endpoint: String
        package let id: String
        package let since: EventTime

        /// Describes an A/B test.
        package init(endpoint: String, id: String, since: EventTime) {
            self.endpoint = endpoint
            self.id = id
            self.since = since
        }
    }

    package let traffic: [Traffic]
    package let comparisons: [Comparison]
    package var host = HostUse()
    package var data: [DataFact] = []
    package var jobs: [JobFact] = []
    package var budgets: [Budgets] = []
    package var interruptions: [DeploymentInterruption] = []
    package var experiments: [Experiment] = []

    /// Puts what is known together.
    package init(traffic: [Traffic], comparisons: [Comparison]) {
        self.traffic = traffic
        self.comparisons = comparisons
    }

    /// Fewer requests say nothing of a share.
    package static let fewestRequests = 20

    /// What somebody is told of by `policy`, one finding for each cause, as `graph` says what is made from what.
    package func findings(
        _ policy: AlertPolicy,
        _ objectives: ServiceObjectives,
        along graph: LineageGraph,
        at now: EventTime
    ) -> [AlertFinding] {
        CauseWalk(graph).merge(policy.applied(to: self.findings(objectives, along: graph, at: now)))
    }

    /// All that is wrong by `objectives`, causes and what came of them alike; `graph` says which features are read.
    package func findings(
        _ objectives: ServiceObjectives,
        along graph: LineageGraph = LineageGraph(),
        at now: EventTime
    ) -> [AlertFinding] {
        let drifted = Dictionary(grouping: self.comparisons, by: \.endpoint)
            .mapValues { Set($0.flatMap(\.driftedColumns)) }
        var findings = self.traffic.flatMap { Self.findings($0, objectives) }
        findings += self.comparisons.compactMap { Self.finding($0, objectives) }
        findings += self.data.flatMap { fact in
            fact.findings(objectives, at: now, StaleFeatures(of: fact.name, along: graph, drifted: drifted))
        }
        findings += self.jobs.flatMap { $0.findings(objectives, at: now) }
        findings += self.budgets.compactMap(Self.finding)
        findings += self.interruptions(objectives)
        findings += self.experiments.compactMap { Self.finding($0, objectives, at: now) }
        return findings + self.host.findings(objectives)
    }

    /// The budget that burns fastest; the others are in the same line.
    private static func finding(_ budgets: Budgets) -> AlertFinding? {
        let burning = [(isErrors: true, budget: budgets.errors), (isErrors: false, budget: budgets.latency)]
            .compactMap { isErrors, budget in
                budget.burning.map { (isErrors: isErrors, budget: budget, burn: $0) }
            }
            .sorted { $0.burn.rate > $1.burn.rate }
        let texts = burning.map { item in
            let rate = ((item.budget.rate(over: item.burn.long) ?? 0) * 10).rounded() / 10
            return Self.burn(item.isErrors, "\(rate)", .window(item.burn.long))
        }
        guard let first = burning.first, let all = Remark.all(texts) else { return nil }
        return AlertFinding(
            first.burn.rule,
            about: "endpoint:\(budgets.endpoint)",
            summary: Self.about(budgets.endpoint, all)
        )
    }

    private static func burn(_ isErrors: Bool, _ rate: String, _ window: Remark) -> Remark {
        isErrors
            ? Remark(
                "alert.burn.errors",
                "errors use up their budget \(rate) times as fast as it lasts (\(window))"
            )
            : Remark(
                "alert.burn.late",
                "late answers use up their budget \(rate) times as fast as it lasts (\(window))"
            )
    }

    /// What is said of an endpoint, with its name.
    private static func about(_ endpoint: String, _ what: Remark) -> Remark {
        Remark("alert.about", "\(endpoint): \(what)")
    }

    private func interruptions(_ objectives: ServiceObjectives) -> [AlertFinding] {
        Dictionary(grouping: self.interruptions, by: \.endpoint).sorted { $0.key < $1.key }
            .compactMap { endpoint, interruptions in
                let seconds = interruptions.map(\.seconds).reduce(0, +)
                guard seconds > objectives.downtime.seconds, let last = interruptions.map(\.at).max() else {
                    return nil
                }
                let minutes = Int(seconds / 60)
                return AlertFinding(
                    .deploymentInterrupts,
                    about: "endpoint:\(endpoint)",
                    summary: Remark(
                        "alert.interrupted",
                        "\(endpoint) answered nothing for \(minutes) min after its deployment changed (\(last))"
                    )
                )
            }
    }

    private static func finding(
        _ experiment: Experiment,
        _ objectives: ServiceObjectives,
        at now: EventTime
    ) -> AlertFinding? {
        guard now > experiment.since + objectives.experimentLength else { return nil }
        let age = Remark.length(TimeSpan(microseconds: now.microseconds - experiment.since.microseconds))
        let limit = Remark.length(objectives.experimentLength)
        let (id, endpoint) = (experiment.id, experiment.endpoint)
        return AlertFinding(
            .experimentTooLong,
            about: "endpoint:\(endpoint)",
            summary: Remark(
                "alert.experimentTooLong",
                "the A/B test \(id) at \(endpoint) goes on for \(age) (\(limit) at most)"
            )
        )
    }

    private static func findings(_ traffic: Traffic, _ objectives: ServiceObjectives) -> [AlertFinding] {
        let subject = "endpoint:\(traffic.endpoint)"
        let outages = traffic.outages.map {
            Remark("alert.outage", "variant \($0.variant) was taken out: \($0.reason)")
        }
        var findings: [AlertFinding] = []
        let count = Double(traffic.requestCount)
        let isKnown = traffic.requestCount >= Self.fewestRequests
        let faults = Double(traffic.faultCount) / max(count, 1)
        if isKnown, faults > objectives.errorAlertShare {
            findings.append(
                AlertFinding(
                    .requestsFail,
                    about: subject,
                    summary: Remark("alert.requestsFail", "\(traffic.endpoint): \(.percent(faults)) of requests fail"),
                    causes: outages
                )
            )
        } else if let first = outages.first {
            findings.append(
                AlertFinding(
                    .variantOut,
                    about: subject,
                    summary: Self.about(traffic.endpoint, first),
                    causes: Array(outages.dropFirst())
                )
            )
        }
        let slow = Double(traffic.slowCount) / max(count, 1)
        if isKnown, slow > 0.05 {
            let limit = Int(objectives.latencyAlertSeconds * 1_000)
            findings.append(
                AlertFinding(
                    .slow,
                    about: subject,
                    summary: Remark(
                        "alert.slow",
                        "\(traffic.endpoint): \(.percent(slow)) of answers take longer than \(limit) ms"
                    )
                )
            )
        }
        return findings
    }

    /// One alert for one cause: inputs that drifted are what an error that grew is put down to.
    private static func finding(_ comparison: Comparison, _ objectives: ServiceObjectives) -> AlertFinding? {
        let subject = "endpoint:\(comparison.endpoint)"
        let drift = Self.drift(comparison.driftedColumns)
        let (endpoint, version) = (comparison.endpoint, comparison.version)
        if let growth = comparison.errorGrowth, growth > objectives.errorGrowth {
            return AlertFinding(
                .errorGrew,
                about: subject,
                summary: Remark(
                    "alert.errorGrew",
                    "\(endpoint): the error of \(version) is +\(.percent(growth)) against training"
                ),
                causes: drift
            )
        }
        if let growth = comparison.estimatedGrowth, growth > objectives.errorGrowth {
            return AlertFinding(
                .errorExpectedToGrow,
                about: subject,
                summary: Remark(
                    "alert.errorExpectedToGrow",
                    "\(endpoint): the error of \(version) is expected to be +\(.percent(growth)) against training"
                ),
                causes: drift
            )
        }
        guard comparison.driftedColumns.count >= objectives.driftedColumnCount, let text = drift.first else {
            return nil
        }
        return AlertFinding(
            .inputsDrifted,
            about: subject,
            summary: Remark("alert.driftedFrom", "\(endpoint): \(text) from the training of \(version)")
        )
    }

    /// The inputs that drifted, in one line; none when none did.
    private static func drift(_ names: [String]) -> [Remark] {
        let shown = names.prefix(5).joined(separator: ", ")
        if names.count > 5 { return [Remark("alert.driftedMore", "\(shown) and more drifted")] }
        return names.isEmpty ? [] : [Remark("alert.drifted", "\(shown) drifted")]
    }
}
