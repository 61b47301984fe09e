import MartletCore

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

    package let traffic: [Traffic]
    package let comparisons: [Comparison]
    /// The used share of the state's disk; `nil` when it cannot be read.
    package let diskShare: Double?

    /// Puts what is known together.
    package init(traffic: [Traffic], comparisons: [Comparison], diskShare: Double?) {
        self.traffic = traffic
        self.comparisons = comparisons
        self.diskShare = diskShare
    }

    /// Fewer requests say nothing of a share.
    private static let fewestRequests = 20

    /// What is wrong by `objectives`, one finding for each cause.
    package func findings(_ objectives: ServiceObjectives) -> [AlertFinding] {
        var findings = self.traffic.flatMap { Self.findings($0, objectives) }
        findings += self.comparisons.compactMap { Self.finding($0, objectives) }
        if let share = self.diskShare, share > objectives.diskShare {
            findings.append(
                AlertFinding(
                    "DiskFills",
                    about: "host",
                    .p2,
                    summary: "the disk is \(Self.percent(share)) full",
                    runbook: AlertCatalog.runbook("MartletDiskFills"),
                    holds: .seconds(600)
                )
            )
        }
        return findings
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
                    "RequestsFail",
                    about: subject,
                    .p0,
                    summary: "\(traffic.endpoint): \(Self.percent(faults)) of requests fail",
                    causes: outages,
                    runbook: AlertCatalog.runbook("MartletRequestsFail"),
                    holds: .seconds(60)
                )
            )
        } else if let first = outages.first {
            findings.append(
                AlertFinding(
                    "VariantOut",
                    about: subject,
                    .p1,
                    summary: "\(traffic.endpoint): \(first)",
                    causes: Array(outages.dropFirst()),
                    runbook: AlertCatalog.runbook("MartletVariantOut"),
                    holds: .seconds(0)
                )
            )
        }
        let slow = Double(traffic.slowCount) / max(count, 1)
        if isKnown, slow > 0.05 {
            findings.append(
                AlertFinding(
                    "Slow",
                    about: subject,
                    .p1,
                    summary: "\(traffic.endpoint): \(Self.percent(slow)) of answers take longer than "
                        + "\(Int(objectives.latencyAlertSeconds * 1_000)) ms",
                    runbook: AlertCatalog.runbook("MartletSlow"),
                    holds: .seconds(300)
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
                "ErrorGrew",
                about: subject,
                .p1,
                summary: "\(comparison.endpoint): the error of \(version) is +\(Self.percent(growth)) against training",
                causes: drift,
                runbook: AlertCatalog.runbook("MartletErrorGrew"),
                holds: .seconds(0)
            )
        }
        if let growth = comparison.estimatedGrowth, growth > objectives.errorGrowth {
            return AlertFinding(
                "ErrorExpectedToGrow",
                about: subject,
                .p2,
                summary: "\(comparison.endpoint): the error of \(version) is expected to be +\(Self.percent(growth)) "
                    + "against training",
                causes: drift,
                runbook: AlertCatalog.runbook("MartletErrorExpectedToGrow"),
                holds: .seconds(0)
            )
        }
        guard names.count >= objectives.driftedColumnCount, let text = drift.first else { return nil }
        return AlertFinding(
            "InputsDrifted",
            about: subject,
            .p2,
            summary: "\(comparison.endpoint): \(text) from the training of \(version)",
            runbook: AlertCatalog.runbook("MartletInputsDrifted"),
            holds: .seconds(0)
        )
    }

    private static func percent(_ share: Double) -> String {
        let rounded = (share * 1_000).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded)) %" : "\(rounded) %"
    }
}
