import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletMonitoring
import MartletReleases
import MartletServing
import MartletTracking

/// Reads what the stores know of data, jobs, budgets and A/B tests.
struct AlertFactReader: Sendable {
    let application: Application
    private let files: PipelineFiles
    let levels: any ServiceLevelStore
    let jobs: any JobStore
    let objectives: ServiceObjectives

    /// Reads the stores of `application`.
    init(_ application: Application) throws {
        self.application = application
        self.files = PipelineFiles(application)
        self.levels = try application.levels()
        self.jobs = try application.jobStore()
        self.objectives = application.workspace.objectives
    }

    /// The pipelines as their files are now.
    var pipelines: [Pipeline] { self.files.current() }

    /// How fresh all sources and feature views are.
    func data(at now: EventTime) async throws -> [DataFact] {
        let standings = try await self.levels.standings()
        let attempts = try await self.levels.attempts(from: now - BurnRule.period, to: now + .seconds(1))
        let loads = Dictionary(grouping: attempts, by: \.subject)
            .mapValues { FaultCount(total: $0.count, bad: $0.count { !$0.outcome.isSuccess }) }
        let pipelines = self.pipelines
        let freshness = self.application.workspace.alertPolicy.freshness
        func fact(_ kind: String, _ name: String) -> DataFact {
            let subject = "\(kind):\(name)"
            let standing = standings[subject]
            let limit =
                freshness[name].map(DataFact.Limit.age)
                ?? standing?.succeededAt
                .flatMap { Self.due(kind, name, pipelines, after: $0) }.map(DataFact.Limit.due)
            return DataFact(
                subject: subject,
                standing: standing,
                limit: limit,
                loads: loads[subject] ?? FaultCount(total: 0, bad: 0)
            )
        }
        return self.application.workspace.sources.map { fact("source", $0.definition.name) }
            + (try self.application.catalog().views.map { fact("view", $0.name) })
    }

    /// The second tick of the clocks that bring something up to date, after it was last; `nil` without clocks.
    ///
    /// One tick may be missed: the job that failed is told of by itself.
    static func due(
        _ kind: String,
        _ name: String,
        _ pipelines: [Pipeline],
        after last: EventTime
    ) -> EventTime? {
        pipelines.filter { pipeline in
            pipeline.steps.contains { step in
                switch (step.work, kind) {
                case (.ingest(let names), "source"), (.materialize(let names), "view"):
                    names.isEmpty || names.contains(name)
                default: false
                }
            }
        }
        .compactMap { $0.nextTick(after: last).flatMap($0.nextTick(after:)) }.min()
    }

    /// How all pipelines go.
    func jobs(at now: EventTime) async throws -> [JobFact] {
        var facts: [JobFact] = []
        for pipeline in self.pipelines {
            let jobs = try await self.jobs.jobs(JobFilter(pipeline: pipeline.name, limit: PastJob.depth))
            facts.append(
                PastJob.fact(pipeline.name, jobs.map { PastJob($0.job) }, at: now) { pipeline.nextTick(after: $0) }
            )
        }
        return facts
    }

    /// The budgets of all endpoints that were asked in the last three days.
    func budgets(at now: EventTime) async throws -> [AlertFacts.Budgets] {
        let begins = Array(ServiceLevelReport.begins(at: now).dropLast())
        let sums = try await self.levels.sums(since: begins, to: ServiceMinute.holding(now) + 1)
        return sums.sorted { $0.key < $1.key }
            .map { endpoint, sums in
                let budgets = ServiceLevelReport.budgets(sums, self.objectives)
                return AlertFacts.Budgets(endpoint: endpoint, errors: budgets.errors, latency: budgets.latency)
            }
    }

    /// A/B tests that go on.
    func experiments() async throws -> [AlertFacts.Experiment] {
        try await self.application.releaseStore().openRuns()
            .compactMap { stored in
                guard case .experiment(let state) = stored.run, let since = state.runningSince else { return nil }
                return AlertFacts.Experiment(endpoint: state.plan.endpoint, id: state.id, since: since)
            }
    }

    /// What changes of deployments since `begin` left without an answer.
    func interruptions(since begin: EventTime, at now: EventTime) async throws -> [DeploymentInterruption] {
        let deployments = try self.application.deployments()
        var changes: [(endpoint: String, at: EventTime)] = []
        for entry in self.application.workspace.configuration.endpoints.entries {
            let history = try await deployments.history(of: entry.name, limit: 1_000)
            changes += history.filter { $0.author.at >= begin }.map { (endpoint: entry.name, at: $0.author.at) }
        }
        var minutes: [ServiceMinute] = []
        // Only the minutes after changes are read.
        for moment in Set(changes.map { ServiceMinute.holding($0.at) }).sorted() where moment >= 0 {
            minutes += try await self.levels.minutes(
                from: moment,
                to: moment + DeploymentInterruption.minuteLimit
            )
        }
        return DeploymentInterruption.find(after: changes, in: Array(Set(minutes)))
    }

    /// All promises, and how they are kept.
    func report(at now: EventTime) async throws -> ServiceLevelReport {
        var facts = ServiceLevelReport.Facts()
        let begin = now - BurnRule.period
        facts.sums = try await self.levels.sums(
            since: ServiceLevelReport.begins(at: now),
            to: ServiceMinute.holding(now) + 1
        )
        facts.attempts = try await self.levels.attempts(from: begin, to: now + .seconds(1))
        facts.readings = try await self.levels.readings()
        facts.interruptions = try await self.interruptions(since: begin, at: now)
        facts.experiments = try await self.experiments().map { (endpoint: $0.endpoint, since: $0.since) }
        return ServiceLevelReport(self.objectives, facts, at: now)
    }
}
