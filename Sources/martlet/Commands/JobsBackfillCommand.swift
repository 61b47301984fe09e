import ArgumentParser
import MartletCore
import MartletJobs
import MartletTracking

/// `martlet jobs backfill`.
struct JobsBackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Start a job for every moment of a stretch of the past.",
        discussion: """
            The moments are those of the pipeline's first clock, or --every. Each job sees its own moment as MARTLET_TICK
            and MARTLET_TICK_DATE, which sources, recipes and programs may use: `path: data/${MARTLET_TICK_DATE:-today}.csv`.
            Jobs are queued in order, one after another. With --dry-run only the number, the rows and the time are said,
            by the median of earlier jobs that succeeded.

            Examples:
              martlet jobs backfill nightly --from 2026-10-01 --to 2026-11-01 --dry-run
              martlet jobs backfill nightly --from 2026-10-01 --to 2026-11-01
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Argument(help: "The pipeline.")
    var pipeline: String
    @Option(help: "The first moment that counts, in ISO 8601; a date begins when it does in the zone of the clock.")
    var from: String
    @Option(help: "The end, which does not count.")
    var to: String
    @Option(help: "How far apart the moments are, such as 1d; by default the pipeline's first clock says.")
    var every: String?
    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    func validate() throws {
        if let text = self.every, TimeSpan(text).map({ $0.microseconds <= 0 }) ?? true {
            throw ValidationError("--every is '\(text)'; it must be a time span such as 1d")
        }
    }

    func run() async throws {
        let application = try self.options.application()
        let pipeline = try application.pipeline(named: self.pipeline)
        let store = try application.jobStore()
        let clock = ZonedClock(BackfillPlan.zone(of: pipeline))
        guard let from = try clock.dawn(of: self.from) ?? FeaturesMaterializeCommand.moment(self.from),
            let to = try clock.dawn(of: self.to) ?? FeaturesMaterializeCommand.moment(self.to)
        else { return }
        let plan = try BackfillPlan(
            of: pipeline,
            every: self.every.flatMap(TimeSpan.init),
            from: from,
            to: to,
            history: try await store.jobs(JobFilter(pipeline: pipeline.name, phase: .succeeded, limit: 100)).map(\.job)
        )
        let actor = try await application.actor(self.actor.name, .write, on: .unnamed)
        let jobs = self.dryRun ? [] : try await application.jobDesk().begin(plan, of: pipeline, by: actor)
        if self.json.isEnabled {
            let json: JSONValue = .object([
                "pipeline": .string(pipeline.name), "ticks": .array(plan.ticks.map { .string($0.description) }),
                "steps": .integer(Int64(plan.ticks.count * pipeline.steps.count)),
                "seconds": plan.seconds.map { .number($0) } ?? .null,
                "rows": plan.rows.map { .integer(Int64($0)) } ?? .null, "basis": .integer(Int64(plan.basis)),
                "jobs": .array(jobs.map { .string($0.job.id) }),
            ])
            application.terminal.line(json.prettyText)
            return
        }
        let count = plan.ticks.count
        let steps = count * pipeline.steps.count
        let dates = "\(clock.date(at: plan.ticks[0])) to \(clock.date(at: plan.ticks[count - 1]))"
        let stretch = "\(dates) (\(plan.ticks[0]) to \(plan.ticks[count - 1]))"
        application.terminal.line("\(Self.plural(count, "job")) of \(Self.plural(steps, "step")), \(stretch)")
        application.terminal.line(Self.figures(plan))
        if self.dryRun {
            application.terminal.note("nothing was done: --dry-run")
        } else {
            application.terminal.line(
                "\(Self.plural(jobs.count, "job")) queued, the first is \(jobs.first?.job.id ?? "")"
            )
        }
    }

    private static func figures(_ plan: BackfillPlan) -> String {
        guard let seconds = plan.seconds else {
            return "how long that takes is not known: no job of the pipeline has succeeded yet"
        }
        let rows = plan.rows.map { ", about \(Quantity.count($0)) rows" } ?? ""
        let basis = "by the median of \(self.plural(plan.basis, "earlier job"))"
        return "about \(Quantity.duration(seconds))\(rows), \(basis)"
    }

    private static func plural(_ count: Int, _ noun: String) -> String {
        "\(Quantity.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
