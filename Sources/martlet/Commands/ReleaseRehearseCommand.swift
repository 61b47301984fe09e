import ArgumentParser
import MartletCore
import MartletReleases
import MartletTracking

/// `martlet release rehearse`.
struct ReleaseRehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Run a plan on recorded traffic: would it promote, when, and what would users have met.",
        discussion: """
            The machines, rules and statistics of production run on the requests of the prediction log, answered again by
            the candidate. Nothing is changed. Faults may be put in: error-rate=SHARE, slow=SPAN, wrong=FACTOR or
            dead-store, then @BEGIN and, when it ends, +LENGTH.

            Examples:
              martlet release rehearse price-rollout --version apartment_price:2
              martlet release rehearse price-rollout --version apartment_price:2 \\
                --from 2026-03-01 --to 2026-03-08 --inject error-rate=0.05@10m
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The name of a plan in releases/.")
    var plan: String
    @Option(help: "NAME:3, NAME@alias, or NAME for the newest version.")
    var version: String
    @Option(help: "The begin of the recorded traffic, such as 2026-03-01; by default all there is.")
    var from: String?
    @Option(help: "The end of the recorded traffic.")
    var to: String?
    @Option(name: .customLong("inject"), help: "A fault of the candidate, such as error-rate=0.05@10m.")
    var faults: [String] = []

    func run() async throws {
        let application = try self.options.application()
        let plan = try application.releasePlan(named: self.plan)
        let version = try await application.registry().resolve(ModelReference(self.version)).id
        let faults = try self.faults.map { try RehearsalFault($0) }
        let trial = try application.releaseTrial(gateway: nil)
        let traffic = try await RecordedTraffic.read(
            plan.endpoint,
            from: try Self.moment(self.from, "--from"),
            to: try Self.moment(self.to, "--to"),
            candidate: try await trial.load(version),
            application: application
        )
        guard let span = traffic.span else { return }
        let units = WorkspaceReleaseUnits(application: application)
        let policy = try plan.policyHash
        var rehearsal = try Rehearsal(
            plan,
            blue: try await units.unit(of: traffic.answeredBy, policy: policy),
            green: try await units.unit(of: version, policy: policy),
            checks: try await trial.answers(of: version, to: plan.health),
            faults: faults,
            from: span.lowerBound
        )
        let report = try rehearsal.run(
            traffic.requests,
            traffic.interactions,
            traffic.outcomes,
            until: span.upperBound
        )
        if self.json.isEnabled {
            application.terminal.line(Self.json(report, traffic).prettyText)
        } else {
            Self.show(report, traffic, version, application.terminal)
        }
    }

    private static func moment(_ text: String?, _ option: String) throws -> EventTime? {
        guard let text else { return nil }
        if let moment = EventTime(iso8601: text) { return moment }
        throw CommandError(
            .commandInvalidArgument,
            "\(option) '\(text)' is no time; write it such as 2026-03-01 or 2026-03-01T10:15:00Z",
            status: .invalid
        )
    }

    private static func show(
        _ report: RehearsalReport,
        _ traffic: RecordedTraffic,
        _ version: ModelVersionID,
        _ terminal: Terminal
    ) {
        var events = Table([.init("at"), .init("kind"), .init("phase"), .init("reasons")])
        for event in report.events {
            events.add([
                .time(event.at), .text(event.kind), .text(event.phase),
                .text(event.reasons.joined(separator: " ")),
            ])
        }
        terminal.show(events, asJSON: false)
        var met = Table([
            .init("version"), .init("requests", nil, .right), .init("failures", nil, .right),
            .init("slow", nil, .right), .init("distance", nil, .right),
        ])
        for (name, seen) in [(traffic.answeredBy, report.old), (version, report.new)] {
            met.add([
                .text(name.description), .count(seen.requests), .count(seen.failures), .count(seen.slow),
                .number(seen.meanDistance),
            ])
        }
        terminal.line()
        terminal.show(met, asJSON: false)
        if traffic.lookedUpCount > 0 {
            terminal.note(
                "\(Quantity.count(traffic.lookedUpCount)) inputs were filled up from the offline store, as of their "
                    + "moment: \(version) reads features that were not recorded"
            )
        }
        if traffic.unansweredCount > 0 {
            terminal.note(
                "\(Quantity.count(traffic.unansweredCount)) requests could not be answered again, as a column of the "
                    + "candidate was not recorded and is no feature of what they asked about; they count as failures"
            )
        }
        let days = report.events.last.map { $0.at.description } ?? ""
        terminal.line(
            report.isPromoted
                ? "\(version) would be promoted (\(report.phase ?? "") at \(days))"
                : "\(version) would not be promoted (\(report.phase ?? report.experimentOutcome ?? "still running"))"
        )
    }

    private static func json(_ report: RehearsalReport, _ traffic: RecordedTraffic) -> JSONValue {
        func met(_ seen: RehearsalReport.Met) -> JSONValue {
            .object([
                "requests": .integer(Int64(seen.requests)), "failures": .integer(Int64(seen.failures)),
                "slow": .integer(Int64(seen.slow)), "mean_distance": seen.meanDistance.map(JSONValue.number) ?? .null,
            ])
        }
        return .object([
            "promotes": .boolean(report.isPromoted), "phase": report.phase.map(JSONValue.string) ?? .null,
            "experiment_outcome": report.experimentOutcome.map(JSONValue.string) ?? .null,
            "old": met(report.old), "new": met(report.new), "looks": .integer(Int64(report.lookCount)),
            "unanswered": .integer(Int64(traffic.unansweredCount)),
            "looked_up": .integer(Int64(traffic.lookedUpCount)),
            "events": .array(
                report.events.map { event in
                    .object([
                        "at": .string(event.at.description), "kind": .string(event.kind),
                        "phase": .string(event.phase),
                        "reasons": .array(event.reasons.map(JSONValue.string)),
                    ])
                }
            ),
        ])
    }
}
