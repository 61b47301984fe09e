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
        package let outages: [(variant: String, reason: String)]

        /// Describes five minutes.
        package init(
            endpoint: String,
            requestCount: Int,
            faultCount: Int,
            slowCount: Int,
            outages: [(variant: String, reason: String)]
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
        let burning = [("errors", budgets.errors), ("late answers", budgets.latency)]
            .compactMap { what, budget in budget.burning.map { (what: what, budget: budget, burn: $0) } }
            .sorted { $0.burn.rate > $1.burn.rate }
        guard let first = burning.first else { return nil }
        let texts = burning.map { item in
            let rate = item.budget.rate(over: item.burn.long) ?? 0
            return "\(item.what) use up their budget \((rate * 10).rounded() / 10) times as fast as it lasts "
                + "(\(item.burn.long.shortText))"
        }
        return AlertFinding(
            first.burn.rule,
            about: "endpoint:\(budgets.endpoint)",
            summary: "\(budgets.endpoint): " + texts.joined(separator: "; ")
        )
    }

    private func interruptions(_ objectives: ServiceObjectives) -> [AlertFinding] {
        Dictionary(grouping: self.interruptions, by: \.endpoint).sorted { $0.key < $1.key }
            .compactMap { endpoint, interruptions in
                let seconds = interruptions.map(\.seconds).reduce(0, +)
                guard seconds > objectives.downtime.seconds, let last = interruptions.map(\.at).max() else {
                    return nil
                }
                return AlertFinding(
                    .deploymentInterrupts,
                    about: "endpoint:\(endpoint)",
                    summary: "\(endpoint) answered nothing for \(Int(seconds / 60)) min after its deployment changed "
                        + "(\(last))"
                )
            }
    }

    private static func finding(
        _ experiment: Experiment,
        _ objectives: ServiceObjectives,
        at now: EventTime
    ) -> AlertFinding? {
        guard now > experiment.since + objectives.experimentLength else { return nil }
        let age = DataFact.text(TimeSpan(microseconds: now.microseconds - experiment.since.microseconds))
        return AlertFinding(
            .experimentTooLong,
            about: "endpoint:\(experiment.endpoint)",
            summary: "the A/B test \(experiment.id) at \(experiment.endpoint) goes on for \(age) "
                + "(\(DataFact.text(objectives.experimentLength)) at most)"
        )
    }

    private static func findings(_ traffic: Traffic, _ objectives: ServiceObjectives) -> [AlertFinding] {
        let subject = "endpoint:\(traffic.endpoint)"
        let outages = traffic.outages.map { "variant \($0.variant) was taken out: \($0.reason)" }
        var findings: [AlertFinding] = []
        let count = Double(traffic.requestCount)
        let isKnown = traffic.requestCount >= Self.fewestRequests
        let faults = Double(traffic.faultCount) / max(count, 1)
        if isKnown, faults > objectives.errorAlertShare {
            findings.append(
                AlertFinding(
                    .requestsFail,
                    about: subject,
                    summary: "\(traffic.endpoint): \(Self.percent(faults)) of requests fail",
                    causes: outages
                )
            )
        } else if let first = outages.first {
            findings.append(
                AlertFinding(
                    .variantOut,
                    about: subject,
                    summary: "\(traffic.endpoint): \(first)",
                    causes: Array(outages.dropFirst())
                )
            )
        }
        let slow = Double(traffic.slowCount) / max(count, 1)
        if isKnown, slow > 0.05 {
            findings.append(
                AlertFinding(
                    .slow,
                    about: subject,
                    summary: "\(traffic.endpoint): \(Self.percent(slow)) of answers take longer than "
                        + "\(Int(objectives.latencyAlertSeconds * 1_000)) ms"
                )
            )
        }
        return findings
    }

    /// One alert for one cause: inputs that drifted are what an error that grew is put down to.
    private static func finding(_ comparison: Comparison, _ objectives: ServiceObjectives) -> AlertFinding? {
        let subject = "endpoint:\(comparison.endpoint)"
        let names = comparison.driftedColumns
        let drift =
            names.isEmpty
            ? [] : ["\(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? " and more" : "") drifted"]
        let version = comparison.version
        if let growth = comparison.errorGrowth, growth > objectives.errorGrowth {
            return AlertFinding(
                .errorGrew,
                about: subject,
                summary: "\(comparison.endpoint): the error of \(version) is +\(Self.percent(growth)) against training",
                causes: drift
            )
        }
        if let growth = comparison.estimatedGrowth, growth > objectives.errorGrowth {
            return AlertFinding(
                .errorExpectedToGrow,
                about: subject,
                summary: "\(comparison.endpoint): the error of \(version) is expected to be +\(Self.percent(growth)) "
                    + "against training",
                causes: drift
            )
        }
        guard names.count >= objectives.driftedColumnCount, let text = drift.first else { return nil }
        return AlertFinding(
            .inputsDrifted,
            about: subject,
            summary: "\(comparison.endpoint): \(text) from the training of \(version)"
        )
    }

    static func percent(_ share: Double) -> String {
        let rounded = (share * 1_000).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded)) %" : "\(rounded) %"
    }
}
