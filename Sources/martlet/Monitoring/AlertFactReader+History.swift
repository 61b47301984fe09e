import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletServing
import MartletStores
import MartletTracking

extension AlertFactReader {
    /// What is kept that `rule` looks at, from long enough before `window` on; and where that was read.
    func history(for rule: AlertRule, _ window: MonitoringWindow) async throws -> (AlertHistory, source: String) {
        switch rule.history {
        case .requests, .budgets: return try await self.requests(rule, window)
        case .data: return try await self.data(window)
        case .jobs: return try await self.jobHistory(window)
        case .experiments:
            let runs = try await self.application.releaseStore().runs(of: nil, limit: 1_000)
            let experiments = runs.compactMap { stored -> PastExperiment? in
                guard case .experiment(let state) = stored.run, let since = state.runningSince else { return nil }
                return PastExperiment(
                    endpoint: state.plan.endpoint,
                    id: state.id,
                    since: since,
                    until: state.phase.isFinal ? state.phaseSince : nil
                )
            }
            return (AlertHistory(experiments: experiments), "the A/B tests that are kept")
        case .deployments:
            let begin = window.from - DeploymentInterruption.memory
            var changes: [PastChange] = []
            for endpoint in self.application.workspace.configuration.endpoints.entries.map(\.name) {
                changes += try await self.application.deployments().history(of: endpoint, limit: 1_000)
                    .filter { $0.author.at >= begin && $0.author.at <= window.to }
                    .map { PastChange(endpoint: endpoint, at: $0.author.at) }
            }
            let (minutes, source) = try await self.minutes(from: begin, to: window.to)
            return (AlertHistory(minutes: minutes, changes: changes), "the deployments, and \(source)")
        case .comparisons:
            let looks = try await TrafficReplay(self.application, window).looks()
            let every = self.application.workspace.configuration.monitoring.every
            return (
                AlertHistory(looks: looks),
                "the prediction log against the profiles of training, looked at every \(every)"
            )
        case .host:
            let minutes = try await self.levels.hostMinutes(
                from: ServiceMinute.holding(window.from),
                to: ServiceMinute.holding(window.to) + 1
            )
            return (
                AlertHistory(hosts: minutes),
                minutes.isEmpty
                    ? "the host's use by the minute, of which nothing is kept of this time"
                    : "the host's use by the minute, kept for 60 days"
            )
        }
    }

    private func requests(
        _ rule: AlertRule,
        _ window: MonitoringWindow
    ) async throws -> (AlertHistory, source: String) {
        let longest = BurnRule.windows.last ?? .seconds(0)
        let begin = window.from - (rule.history == .budgets ? longest : .seconds(300))
        let (minutes, source) = try await self.minutes(from: begin, to: window.to)
        guard rule.history == .requests else { return (AlertHistory(minutes: minutes), source) }
        let outages = try await self.levels.outages(from: begin, to: window.to)
        return (AlertHistory(minutes: minutes, outages: outages), source)
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

    private func data(_ window: MonitoringWindow) async throws -> (AlertHistory, source: String) {
        let attempts = try await self.levels.attempts(from: window.from - BurnRule.period, to: window.to)
            .filter { !$0.subject.hasPrefix("recipe:") }
        let (pipelines, freshness) = (self.pipelines, self.application.workspace.alertPolicy.freshness)
        let history = AlertHistory(
            attempts: attempts,
            limit: { subject, last in
                let parts = subject.split(separator: ":", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { return nil }
                if let age = freshness[parts[1]] { return .age(age) }
                return last.flatMap { Self.due(parts[0], parts[1], pipelines, after: $0) }.map(DataFact.Limit.due)
            }
        )
        return (history, "the loads and materialisations of 30 days before and since")
    }

    private func jobHistory(_ window: MonitoringWindow) async throws -> (AlertHistory, source: String) {
        let pipelines = Dictionary(self.pipelines.map { ($0.name, $0) }) { first, _ in first }
        var jobs: [String: [PastJob]] = [:]
        for name in pipelines.keys { jobs[name] = try await self.jobs(of: name, since: window.from) }
        let history = AlertHistory(jobs: jobs, nextTick: { pipelines[$0]?.nextTick(after: $1) })
        return (history, "the jobs of the workspace's pipelines")
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
