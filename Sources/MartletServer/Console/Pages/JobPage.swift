import HTTPTypes
import MartletCore
import MartletJobs
import MartletTracking

/// One job: its steps over time, what they did, and what they wrote.
struct JobPage: Sendable {
    private static let liveInterval = 1_500
    private static let lineLimit = 2_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        let id = self.visit.component(1)
        guard let source = self.context.jobs, let stored = try await source.store.job(id) else {
            throw ConsoleProblem.missing(self.visit.words, "missing.job", id)
        }
        let job = stored.job
        let lines = try await source.store.log(of: id, step: nil, after: 0, limit: Self.lineLimit)
        let log = lines.map { "\($0.at.description.dropFirst(11).prefix(8))  \($0.step)  \($0.text)" }
        var view = JobBadge.view(job, self.visit)
        view["causeText"] = self.visit.words(job.cause)
        view["commit"] = job.cause.commit?.id
        view["failure"] = job.failureRemark.map { self.visit.words($0) }
        view["holder"] = stored.lease.map { $0.holder.split(separator: ":").prefix(2).joined(separator: ":") }
        view["cancelText"] = job.cancellation.map { cancellation in
            cancellation.by + (cancellation.reason.map { ": \($0)" } ?? "")
        }
        view["steps"] = zip(job.plan.steps, job.steps).map { self.view(of: $0, $1) }
        view["ganttMarkup"] = self.gantt(job)
        view["log"] = log.joined(separator: "\n")
        view["hasLog"] = !log.isEmpty
        view["isCut"] = lines.count == Self.lineLimit
        let mayChange = (try? Principal.require(.write, on: .unnamed)) != nil
        view["canCancel"] = mayChange && !job.phase.isFinal && job.cancellation == nil
        view["canRetry"] = mayChange && (job.phase == .failed || job.phase == .cancelled)
        view["decisionAddress"] = Address.of("jobs", job.id, "decision")
        view["notice"] = Self.notices[self.visit.query["notice"] ?? ""].map { self.visit.words[$0] }
        view["liveInterval"] = job.phase.isFinal ? nil : String(Self.liveInterval)
        return ConsolePage(template: "job", title: job.id, section: .pipelines, view: view)
    }

    private static let notices = [
        "begun": "notice.jobBegun", "cancel": "notice.jobCancelled", "retry": "notice.jobRetried",
    ]

    /// Cancels the job, or does again what failed in it.
    func decide(_ form: FormText) async throws -> ConsoleAnswer {
        try Principal.require(.write, on: .unnamed)
        let id = self.visit.component(1)
        guard let source = self.context.jobs, try await source.store.job(id) != nil else {
            throw ConsoleProblem.missing(self.visit.words, "missing.job", id)
        }
        let author = Principal.attribution(orClaimed: self.visit.rememberedName, at: self.visit.now)
        switch form["action"] {
        case "cancel":
            let cancellation = Job.Cancellation(by: author.actor, at: author.at)
            _ = try await source.store.cancel(id, cancellation, at: author.at)
        case "retry": _ = try await source.store.retry(id, by: author.actor, at: author.at)
        default: throw ConsoleProblem(status: .badRequest, message: self.visit.words["problem.job"])
        }
        return .redirect(Address.of("jobs", id) + "?notice=" + (form["action"] ?? ""))
    }

    private func gantt(_ job: Job) -> Markup {
        let words = self.visit.words
        let bars = zip(job.plan.steps, job.steps)
            .map { plan, state in
                GanttChart.Bar(
                    name: plan.name,
                    style: state.phase.rawValue,
                    start: state.startedAt,
                    end: state.phase == .running ? nil : state.endedAt ?? state.startedAt,
                    note: self.seconds(state).map { self.visit.figures.duration($0) }
                        ?? words["step.\(state.phase.rawValue)"]
                )
            }
        return GanttChart(bars: bars, now: self.visit.now, label: words("job.gantt", job.id))
            .markup(self.visit.figures)
    }

    private func view(of plan: StepPlan, _ state: StepState) -> View {
        [
            "stepName": plan.name, "doesText": self.visit.words(plan.work),
            "stepPhase": self.visit.words["step.\(state.phase.rawValue)"], "stepStyle": JobBadge.style(state.phase),
            "tries": "\(state.tries)", "interruptions": state.interruptions > 0 ? "\(state.interruptions)" : nil,
            "stepTook": self.seconds(state).map { self.visit.figures.duration($0) },
            "message": state.reason.map { self.visit.words($0) },
            "resultText": state.result.isEmpty ? nil : self.text(of: state.result),
        ]
    }

    private func seconds(_ state: StepState) -> Double? {
        guard let start = state.startedAt else { return nil }
        let end = state.phase == .running ? self.visit.now : state.endedAt ?? start
        return Double(end.microseconds - start.microseconds) / 1_000_000
    }

    private func text(of result: [String: JSONValue]) -> String {
        result.sorted { $0.key < $1.key }
            .compactMap { key, value -> String? in
                let name = self.visit.words(resultOf: key)
                return switch value {
                case .integer(let number): "\(name) \(Figures.count(Int(number)))"
                case .string(let text): "\(name) \(text.count == 64 ? String(text.prefix(12)) : text)"
                default: nil
                }
            }
            .joined(separator: ", ")
    }
}
