import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletServing
import MartletStores

extension AlertFactReader {
    /// What is kept that `rule` looks at, from long enough before `window` on; and where that was read.
    func history(for rule: AlertRule, _ window: MonitoringWindow) async throws -> (AlertHistory, source: String) {
        switch rule.history {
        case .requests, .budgets:
            let longest = BurnRule.windows.last ?? .seconds(0)
            let begin = window.from - (rule.history == .budgets ? longest : .seconds(300))
            let logged = try await self.loggedMinutes(from: begin, to: window.to)
            if !logged.isEmpty { return (AlertHistory(minutes: logged), "the prediction log") }
            let counted = try await self.levels.minutes(
                from: ServiceMinute.holding(begin),
                to: ServiceMinute.holding(window.to) + 1
            )
            return (AlertHistory(minutes: counted), "requests counted by the minute, by the limits of then")
        case .data:
            let attempts = try await self.levels.attempts(from: window.from - BurnRule.period, to: window.to)
                .filter { !$0.subject.hasPrefix("recipe:") }
            let (pipelines, freshness) = (self.pipelines, self.application.workspace.alertPolicy.freshness)
            let history = AlertHistory(attempts: attempts) { subject, last in
                let parts = subject.split(separator: ":", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { return nil }
                if let age = freshness[parts[1]] { return .age(age) }
                return last.flatMap { Self.due(parts[0], parts[1], pipelines, after: $0) }.map(DataFact.Limit.due)
            }
            return (history, "the loads and materialisations of 30 days before and since")
        case .jobs:
            var ends: [AlertHistory.JobEnd] = []
            for pipeline in self.pipelines {
                ends += try await self.ends(of: pipeline.name, until: window.from)
            }
            return (AlertHistory(jobs: ends.filter { $0.at < window.to }), "the jobs of the workspace's pipelines")
        case .none: return (AlertHistory(), "nothing")
        }
    }

    /// The ends of all jobs of a pipeline, back to the last before `moment`.
    private func ends(of pipeline: String, until moment: EventTime) async throws -> [AlertHistory.JobEnd] {
        var ends: [AlertHistory.JobEnd] = []
        var before: Int64?
        while true {
            let page = try await self.jobs.jobs(JobFilter(pipeline: pipeline, before: before, limit: 500))
            for stored in page {
                guard let at = stored.job.endedAt, stored.job.phase.isFinal else { continue }
                ends.append(.init(pipeline: pipeline, id: stored.job.id, at: at, failure: stored.job.failure))
            }
            before = page.last?.sequence
            if page.count < 500 || ends.contains(where: { $0.at < moment }) { return ends }
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
