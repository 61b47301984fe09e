import MartletCore
import MartletJobs
import Testing

struct PipelineTests {
    private func read(_ yaml: String) throws -> (Pipeline, [String]) {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "pipelines/p.yaml", in: context))
        let pipeline = Pipeline.read(document, in: context)
        return (pipeline, context.diagnostics.map(\.description))
    }

    @Test func `a pipeline says what is done, and what starts it`() throws {
        let (pipeline, faults) = try self.read(
            """
            name: nightly
            triggers:
              - cron: {at: "0 2 * * *", timezone: Asia/Seoul}
              - interval: {every: 6h}
              - file: {path: incoming/*.csv}
              - http: {key: hush}
              - git: {repository: ., every: 5m}
              - git_push: {secret: hush, update: false}
            concurrency: skip
            steps:
              - {name: load, ingest: sales}
              - {name: also, ingest: all, needs: []}
              - {name: features, materialize: [a, b], needs: [load, also]}
              - {name: train, train: price, timeout: 1h, retries: {tries: 1}}
              - {name: tell, command: ["./tell.sh", "done"]}
            """
        )
        #expect(faults == [])
        #expect(pipeline.triggers.map(\.kind) == ["cron", "interval", "file", "http", "git", "git_push"])
        #expect(pipeline.triggers[0].sentence == "0 2 * * * Asia/Seoul")
        #expect(pipeline.steps.map(\.needs) == [[], [], ["load", "also"], ["features"], ["train"]])
        #expect(pipeline.steps[1].work == .ingest([]))
        #expect(pipeline.steps[3].retries.tries == 1)
        #expect(pipeline.catchUp == .once)
        #expect(!String(describing: pipeline).contains("hush"))
        let next = try #require(EventTime(iso8601: "2026-11-21T12:30:00Z"))
        #expect(pipeline.nextTick(after: next)?.description == "2026-11-21T17:00:00Z")
    }

    @Test(arguments: [
        ("name: p\nsteps: []", "the pipeline has no steps"),
        ("name: a b\nsteps: [{name: x, train: y}]", "a pipeline's name has"),
        ("name: p\nsteps: [{name: x}]", "a step does one thing"),
        ("name: p\nsteps: [{name: x, train: y, ingest: z}]", "found 'ingest' and 'train'"),
        ("name: p\nsteps: [{name: x, train: y}, {name: x, train: z}]", "two steps are named 'x'"),
        ("name: p\nsteps: [{name: x, train: y, needs: [lod]}]", "needs 'lod', which the pipeline does not have"),
        ("name: p\nsteps: [{name: x, train: y, needs: [z]}, {name: z, train: y}]", "wait for each other"),
        ("name: p\ntriggers: [{cron: {at: '0 2 * *'}}]\nsteps: [{name: x, train: y}]", "has 4 fields"),
        (
            "name: p\ntriggers: [{cron: {at: '@daily', timezone: Asia/Soul}}]\nsteps: [{name: x, train: y}]",
            "Asia/Seoul"
        ),
        ("name: p\ntriggers: [{crn: {at: '@daily'}}]\nsteps: [{name: x, train: y}]", "Did you mean 'cron'"),
        ("name: p\ntriggers: [{interval: {every: 10ms}}]\nsteps: [{name: x, train: y}]", "at least 1s"),
        ("name: p\nsteps: [{name: x, train: y, needs: [x]}, {name: z, train: y}]", "the step 'x' waits for itself"),
        (
            "name: p\nsteps: [{name: x, train: y, needs: [z]}, {name: z, train: y, needs: [x]}, {name: w, train: y}]",
            "the steps 'x', 'z' wait for each other"
        ),
        ("name: p\ntriggers: [{file: {path: ''}}]\nsteps: [{name: x, train: y}]", "path names no file"),
        ("name: p\ntriggers: [{git: {repository: ''}}]\nsteps: [{name: x, train: y}]", "repository is empty"),
        (
            "name: p\ntriggers: [{git_push: {secret: s, branch: refs/heads/main}}]\nsteps: [{name: x, train: y}]",
            "'refs/heads/main' is no name of a branch"
        ),
        ("name: p\nsteps: [{name: x, command: []}]", "names no program"),
        ("name: p\nsteps: [{name: x, train: y, timeout: 0s}]", "timeout must be"),
        ("name: p\nsteps: [{name: x, train: y, retries: {tries: 0}}]", "tries is 0"),
        ("name: p\nparalel: 3\nsteps: [{name: x, train: y}]", "Did you mean 'parallel'"),
    ])
    func `what does not fit is an error at its place`(yaml: String, reason: String) throws {
        let (_, faults) = try self.read(yaml)
        #expect(faults.contains { $0.contains(reason) && $0.hasPrefix("pipelines/p.yaml:") }, "\(faults)")
    }

    @Test func `a backfill says how many jobs, and what they take by the median of earlier ones`() throws {
        let (pipeline, _) = try self.read(
            """
            name: nightly
            triggers: [{cron: {at: "0 2 * * *", timezone: Asia/Seoul}}]
            steps: [{name: load, ingest: all}]
            """
        )
        let from = try #require(EventTime(iso8601: "2026-11-01"))
        let history = [10, 30, 20]
            .map { seconds -> Job in
                var machine = JobMachine(
                    Job(
                        id: "j",
                        pipeline: "nightly",
                        plan: pipeline.plan,
                        cause: JobCause(.person, by: "ada", tick: from),
                        createdAt: from
                    )
                )
                machine.wasClaimed(at: from)
                machine.stepDidStart(0, at: from)
                machine.stepDidSucceed(0, ["rows": .integer(Int64(seconds) * 10)], at: from + .seconds(Int64(seconds)))
                return machine.job
            }
        let plan = try BackfillPlan(of: pipeline, from: from, to: from + .days(7), history: history)
        #expect(plan.ticks.count == 7)
        #expect(plan.ticks.first?.description == "2026-11-01T17:00:00Z")
        #expect(plan.seconds == 140)
        #expect(plan.rows == 1_400)
        #expect(try BackfillPlan(of: pipeline, from: from, to: from + .days(7), history: []).seconds == nil)
        #expect(throws: JobError.self) { try BackfillPlan(of: pipeline, from: from, to: from, history: []) }
        #expect(throws: JobError.self) {
            try BackfillPlan(of: pipeline, every: .seconds(1), from: from, to: from + .days(1), history: [])
        }
    }

    @Test func `a date of a backfill begins when it does in the zone of the clock`() throws {
        let (pipeline, _) = try self.read(
            """
            name: nightly
            triggers: [{cron: {at: "0 2 * * *", timezone: Asia/Seoul}}]
            steps: [{name: load, ingest: all}]
            """
        )
        let clock = ZonedClock(BackfillPlan.zone(of: pipeline))
        let from = try #require(clock.dawn(of: "2026-10-01"))
        #expect(from.description == "2026-09-30T15:00:00Z")
        let to = try #require(clock.dawn(of: "2026-10-08"))
        let plan = try BackfillPlan(of: pipeline, from: from, to: to, history: [])
        #expect(plan.ticks.map { clock.date(at: $0) } == (1...7).map { "2026-10-0\($0)" })
        #expect(clock.dawn(of: "2026-10-01T00:00:00Z") == nil)
        #expect(clock.dawn(of: "yesterday!") == nil)
    }

    @Test func `waits double up to the longest, and chance takes any part of them`() {
        let rule = RetryRule(tries: 10, first: .seconds(30), longest: .seconds(600))
        #expect((1...7).map { rule.wait(afterTry: $0, chance: 1).seconds } == [30, 60, 120, 240, 480, 600, 600])
        #expect(rule.wait(afterTry: 3, chance: 0.5) == .seconds(60))
        #expect(rule.wait(afterTry: 1_000, chance: 0) == .seconds(0))
    }
}
