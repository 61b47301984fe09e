import MartletCore
import MartletIngest
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletServing
import MartletTracking

/// Gathers whether everything is well, and what waits for whom.
struct OverviewReader: Sendable {
    /// All that the overview tells.
    struct Overview: Sendable {
        var waiting: [WaitingItem] = []
        var deployments: [Deployment] = []
        var openRuns: [ReleaseRun] = []
        var modelCount = 0
        var pendingCount = 0
        var pipelineCount = 0
        var runningJobs = 0
        var standings: [SourceStanding] = []
        var sourceCount = 0
        /// Why the sources could not be read anew.
        var dataFault: String?
        var monitored: [MonitoredVersion] = []
        var business: [EndpointBusiness] = []
        /// The alerts that fire, those that somebody took on too.
        var firing: [Alert] = []

        /// Whether an alert tells already what is wrong at `endpoint`.
        func isTold(_ rules: Set<AlertRule>, at endpoint: String) -> Bool {
            let names = Set(rules.map(\.rawValue))
            return self.firing.contains { $0.endpoints.contains(endpoint) && !names.isDisjoint(with: $0.rules) }
        }

        /// How many things are wrong; sources that cannot be read are one of them.
        var faultCount: Int { self.waiting.count { $0.kind.isFault } + (self.dataFault == nil ? 0 : 1) }

        /// Whether nothing is wrong; decisions may wait all the same.
        var isWell: Bool { self.faultCount == 0 }
    }

    let context: ConsoleContext
    let words: Words

    private static let jobLimit = 200

    /// The overview, of what the reader's roles let them see.
    func overview() async throws -> Overview {
        var overview = Overview()
        let visible: (String) -> Bool = { (try? Principal.require(.read, on: .endpoint($0))) != nil }
        overview.deployments = try await self.context.deployments.snapshot().deployments
            .filter { visible($0.endpoint) }.sorted { $0.endpoint < $1.endpoint }
        overview.monitored = self.context.monitoring().filter { visible($0.endpoint) }
        overview.business = self.context.business().filter { visible($0.endpoint) }
        try await self.addAlerts(to: &overview)
        try await self.addOutages(to: &overview)
        try await self.addReleases(to: &overview, visible)
        try await self.addVersions(to: &overview)
        if (try? Principal.require(.read, on: .unnamed)) != nil {
            try await self.addJobs(to: &overview)
            await self.addData(to: &overview)
        }
        self.addMonitoring(to: &overview)
        let order = Dictionary(uniqueKeysWithValues: WaitingItem.Kind.allCases.enumerated().map { ($1, $0) })
        overview.waiting.sort { first, second in
            let (one, two) = (order[first.kind] ?? 0, order[second.kind] ?? 0)
            if one != two { return one < two }
            let begin = EventTime(microseconds: 0)
            return (first.urgency, first.since ?? begin, first.name)
                < (second.urgency, second.since ?? begin, second.name)
        }
        return overview
    }

    private func addAlerts(to overview: inout Overview) async throws {
        guard let store = self.context.alerts?.store else { return }
        let firing = try await store.openAlerts().filter { $0.phase == .firing && AlertsPage.isReadable($0) }
        overview.firing = firing
        for alert in firing where alert.acknowledgement == nil {
            var item = WaitingItem(
                .alert,
                self.words(alert.summaryRemark),
                detail: ([alert.priority.rawValue + " · " + self.words(ruleTitle: alert.rule)]
                    + alert.causeRemarks.map { self.words($0) })
                    .joined(separator: " ← "),
                address: Address.of("alerts"),
                since: alert.firstFoundAt
            )
            item.urgency = alert.priority.rawValue
            overview.waiting.append(item)
        }
    }

    private func addOutages(to overview: inout Overview) async throws {
        guard let gateway = self.context.releases?.gateway else { return }
        for deployment in overview.deployments where !overview.isTold([.variantOut], at: deployment.endpoint) {
            for variant in gateway.traffic(of: deployment.endpoint, since: nil) {
                guard let outage = variant.outage else { continue }
                overview.waiting.append(
                    WaitingItem(
                        .outage,
                        "\(deployment.endpoint) · \(variant.name)",
                        detail: self.words(outage.remark),
                        address: Address.of("endpoints", deployment.endpoint),
                        since: nil
                    )
                )
            }
        }
    }

    private func addReleases(to overview: inout Overview, _ visible: (String) -> Bool) async throws {
        let open = try await self.context.releases?.store.openRuns().map(\.run) ?? []
        overview.openRuns = open.filter { visible($0.endpoint) }
        for run in overview.openRuns where ["awaiting-approval", "awaiting-review"].contains(run.phase) {
            overview.waiting.append(
                WaitingItem(
                    .release,
                    "\(run.endpoint) · \(run.new.version)",
                    detail: "\(self.words["release." + run.kind]) \(run.id)",
                    address: Address.of("releases", run.id),
                    since: run.phaseSince
                )
            )
        }
    }

    private func addVersions(to overview: inout Overview) async throws {
        let models = try await self.context.registry.models(limit: 1_000)
        overview.modelCount = models.count
        for model in models {
            for version in try await self.context.registry.versions(of: model.name)
            where version.approval.status == .pendingManualApproval {
                overview.pendingCount += 1
                overview.waiting.append(
                    WaitingItem(
                        .approval,
                        version.id.description,
                        detail: version.createdBy,
                        address: ModelsPage.address(version.id.model, version.id.number),
                        since: version.createdAt
                    )
                )
            }
        }
    }

    private func addJobs(to overview: inout Overview) async throws {
        guard let source = self.context.jobs else { return }
        overview.pipelineCount = (try? source.pipelines().count) ?? 0
        let jobs = try await source.store.jobs(JobFilter(limit: Self.jobLimit)).map(\.job)
        overview.runningJobs = jobs.count { !$0.phase.isFinal }
        var seen: Set<String> = []
        for job in jobs where seen.insert(job.pipeline).inserted && job.phase == .failed {
            overview.waiting.append(
                WaitingItem(
                    .job,
                    job.pipeline,
                    detail: job.failureRemark.map { self.words($0) },
                    address: Address.of("jobs", job.id),
                    since: job.endedAt
                )
            )
        }
    }

    private func addData(to overview: inout Overview) async {
        guard let data = self.context.data else { return }
        overview.sourceCount = (try? data.sources().count) ?? 0
        let reading = await data.standings()
        overview.standings = reading.standings
        overview.dataFault = reading.fault
        for standing in reading.standings {
            if let refusal = standing.refusal, !refusal.isOvercome {
                overview.waiting.append(
                    WaitingItem(
                        .refusal,
                        standing.source,
                        detail: refusal.reasons.first.map { self.words($0) },
                        address: Address.of("data", standing.source),
                        since: refusal.at
                    )
                )
            }
            if standing.held > 0 {
                overview.waiting.append(
                    WaitingItem(
                        .held,
                        standing.source,
                        detail: self.words("data.heldRows", Figures.count(standing.held)),
                        address: Address.of("data", standing.source),
                        since: standing.lastLoadedAt
                    )
                )
            }
        }
    }

    private func addMonitoring(to overview: inout Overview) {
        let rules: Set<AlertRule> = [.inputsDrifted, .errorGrew, .errorExpectedToGrow]
        for version in overview.monitored
        where version.drift.verdict == .drifted && !overview.isTold(rules, at: version.endpoint) {
            let names = version.drift.driftedColumns.map(\.name)
            overview.waiting.append(
                WaitingItem(
                    .drift,
                    "\(version.endpoint) · \(version.version)",
                    detail: names.isEmpty
                        ? nil
                        : names.prefix(3).joined(separator: ", ")
                            + (names.count > 3 ? " +\(names.count - 3)" : ""),
                    address: Address.of("quality"),
                    since: nil
                )
            )
        }
    }
}
