import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletServing
import MartletStores
import MartletTracking

extension AlertFactReader {
    /// What is kept that `rule` and the rules that may lead to it look at, from long enough before `window` on; and where
    /// that which the rule itself looks at was read.
    func history(for rule: AlertRule, _ window: MonitoringWindow) async throws -> (AlertHistory, source: String) {
        let kinds = rule.histories
        let requests = try await self.requests(kinds, window)
        let data = kinds.contains(.data) ? try await self.attempts(window) : []
        let hosts = kinds.contains(.host) ? try await self.hosts(window) : []
        let pipelines = Dictionary(self.pipelines.map { ($0.name, $0) }) { first, _ in first }
        var jobs: [String: [PastJob]] = [:]
        if kinds.contains(.jobs) {
            for name in pipelines.keys { jobs[name] = try await self.jobs(of: name, since: window.from) }
        }
        let history = AlertHistory(
            minutes: requests.minutes,
            budgetMinutes: kinds.contains(.budgets)
                ? try await self.budgetMinutes(requests.minutes, window) : nil,
            outages: requests.outages,
            attempts: data,
            jobs: jobs,
            experiments: kinds.contains(.experiments) ? try await self.pastExperiments() : [],
            changes: kinds.contains(.deployments) ? try await self.changes(window) : [],
            hosts: hosts,
            looks: kinds.contains(.comparisons) ? try await TrafficReplay(self.application, window).looks() : [],
            limit: self.limits(),
            nextTick: { pipelines[$0]?.nextTick(after: $1) }
        )
        let source =
            switch rule.history {
            case .requests: requests.source
            case .budgets: "requests and faults as servers counted them by the minute, else \(requests.source)"
            case .deployments: "the deployments, and \(requests.source)"
            case .data: "the loads and materialisations of 30 days before and since"
            case .jobs: "the jobs of the workspace's pipelines"
            case .experiments: "the A/B tests that are kept"
            case .comparisons:
                "the prediction log against the profiles of training, looked at every "
                    + "\(self.application.workspace.configuration.monitoring.every)"
            case .host:
                hosts.isEmpty
                    ? "the host's use by the minute, of which nothing is kept of this time"
                    : "the host's use by the minute, kept for 60 days"
            }
        return (history, source)
    }

    /// Requests by the minute and the times in which variants were out, where one of `kinds` looks at them.
    private func requests(
        _ kinds: Set<AlertRule.History>,
        _ window: MonitoringWindow
    ) async throws -> (minutes: [ServiceMinute], outages: [OutageSpan], source: String) {
        let spans: [AlertRule.History: TimeSpan] = [
            .requests: .seconds(300), .budgets: BurnRule.windows.last ?? .seconds(0),
            .deployments: DeploymentInterruption.memory,
        ]
        guard let span = kinds.compactMap({ spans[$0] }).max() else { return ([], [], "") }
        let begin = window.from - span
        let (minutes, source) = try await self.minutes(from: begin, to: window.to)
        guard kinds.contains(.requests) else { return (minutes, [], source) }
        return (minutes, try await self.levels.outages(from: begin, to: window.to), source)
    }

    /// Requests and faults as servers counted them, by which budgets go, and latencies as `minutes` have them by the limits
    /// of now.
    ///
    /// A fault of a variant in whose place another answered is counted, and is not in the log.
    private func budgetMinutes(_ minutes: [ServiceMinute], _ window: MonitoringWindow) async throws -> [ServiceMinute] {
        let counted = try await self.levels.minutes(
            from: ServiceMinute.holding(window.from - (BurnRule.windows.last ?? .seconds(0))),
            to: ServiceMinute.holding(window.to) + 1
        )
        // Before that nobody counted.
        guard let first = counted.map(\.minute).min() else { return minutes }
        return counted.map { minute in
            var minute = minute
            (minute.lateCount, minute.slowCount) = (0, 0)
            return minute
        }
            + minutes.map { minute in
                var minute = minute
                if minute.minute >= first { (minute.requestCount, minute.faultCount) = (0, 0) }
                return minute
            }
    }

    private func pastExperiments() async throws -> [PastExperiment] {
        try await self.application.releaseStore().runs(of: nil, limit: 1_000)
            .compactMap { stored in
                guard case .experiment(let state) = stored.run, let since = state.runningSince else { return nil }
                return PastExperiment(
                    endpoint: state.plan.endpoint,
                    id: state.id,
                    since: since,
                    until: state.phase.isFinal ? state.phaseSince : nil
                )
            }
    }

    private func changes(_ window: MonitoringWindow) async throws -> [PastChange] {
        let begin = window.from - DeploymentInterruption.memory
        var changes: [PastChange] = []
        for endpoint in self.application.workspace.configuration.endpoints.entries.map(\.name) {
            changes += try await self.application.deployments().history(of: endpoint, limit: 1_000)
                .filter { $0.author.at >= begin && $0.author.at <= window.to }
                .map { PastChange(endpoint: endpoint, at: $0.author.at) }
        }
        return changes
    }

    private func hosts(_ window: MonitoringWindow) async throws -> [HostMinute] {
        try await self.levels.hostMinutes(
            from: ServiceMinute.holding(window.from),
            to: ServiceMinute.holding(window.to) + 1
        )
    }

    private func attempts(_ window: MonitoringWindow) async throws -> [DataAttempt] {
        try await self.levels.attempts(from: window.from - BurnRule.period, to: window.to)
            .filter { !$0.subject.hasPrefix("recipe:") }
    }

    /// How old a thing may be, by its subject and when a try at it succeeded last.
    private func limits() -> @Sendable (String, EventTime?) -> DataFact.Limit? {
        let (pipelines, freshness) = (self.pipelines, self.application.workspace.alertPolicy.freshness)
        return { subject, last in
            let parts = subject.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            if let age = freshness[parts[1]] { return .age(age) }
            return last.flatMap { Self.due(parts[0], parts[1], pipelines, after: $0) }.map(DataFact.Limit.due)
        }
    }

    /// Requests by the minute: as the log has them, else as they were counted.
    private func minutes(
        from begin: EventTime,
        to end: EventTime
    ) async throws -> (minutes: [ServiceMinute], source: String) {
        let logged = try await self.loggedMinutes(from: begin, to: end)
        if !logged.isEmpty { return (logged, "the prediction log") }
        let counted = try await self.levels.minutes(
            from: ServiceMinute.holding(begin),
            to: ServiceMinute.holding(end) + 1
        )
        return (counted, "requests counted by the minute, by the limits of then")
    }

    /// The jobs of a pipeline, the newest first, back to those that say how it stood at `moment`.
    private func jobs(of pipeline: String, since moment: EventTime) async throws -> [PastJob] {
        var jobs: [PastJob] = []
        var before: Int64?
        while true {
            let page = try await self.jobs.jobs(JobFilter(pipeline: pipeline, before: before, limit: 500))
            jobs += page.map { PastJob($0.job) }
            before = page.last?.sequence
            let earlier = jobs.count { $0.createdAt < moment }
            if page.count < 500 || earlier >= PastJob.depth { return jobs }
        }
    }

    /// The requests of all endpoints by the minute, as the log has them and by the limits of now.
    private func loggedMinutes(from begin: EventTime, to end: EventTime) async throws -> [ServiceMinute] {
        let reader = PredictionLogReader(directory: URL(filePath: self.application.predictionsFolder))
        let endpoints = self.application.workspace.configuration.endpoints.entries.map(\.name)
        let objectives = self.objectives
        return try await Task {
            var minutes: [String: [Int64: ServiceMinute]] = [:]
            for endpoint in endpoints {
                try reader.forEach(at: endpoint, from: begin, to: end) { record in
                    let isFault = record.errorCode.map { AlertCatalog.isFault(ErrorCode($0)) } ?? false
                    guard record.shadow != true, record.status == "answered" || isFault else { return }
                    let number = ServiceMinute.holding(record.time)
                    var minute =
                        minutes[endpoint]?[number] ?? ServiceMinute(endpoint: endpoint, minute: number)
                    let seconds = Double(record.latencyMicroseconds) / 1_000_000
                    minute.requestCount += 1
                    minute.faultCount += isFault ? 1 : 0
                    minute.lateCount += seconds > objectives.latencySeconds ? 1 : 0
                    minute.slowCount += seconds > objectives.latencyAlertSeconds ? 1 : 0
                    minutes[endpoint, default: [:]][number] = minute
                }
            }
            return minutes.values.flatMap(\.values)
        }
        .value
    }
}
