import ArgumentParser
import MartletCore
import MartletReleases
import MartletTracking

/// `martlet release status`.
struct ReleaseStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where a release stands, or all that are under way.",
        discussion: """
            Examples:
              martlet release status
              martlet release status r1f2e3d4c5b --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a release; without it, all that are under way.")
    var id: String?

    func run() async throws {
        let application = try self.options.application()
        let store = try application.releaseStore()
        guard let id = self.id else {
            let runs = try await store.openRuns().map(\.run)
            application.terminal.show(
                ReleaseTable.runs(runs),
                asJSON: self.json.isEnabled,
                emptyNote: "nothing is being released"
            )
            return
        }
        let run = try await application.releaseDesk().run(id).run
        try await ReleaseTable.show(run, application, asJSON: self.json.isEnabled)
    }
}

/// `martlet release history`.
struct ReleaseHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List releases and experiments, the newest first.",
        discussion: """
            Examples:
              martlet release history
              martlet release history apartment-price --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only those of this endpoint.")
    var endpoint: String?
    @Option(help: "The most to list.")
    var limit = 30

    func run() async throws {
        let application = try self.options.application()
        let runs = try await application.releaseStore().runs(of: self.endpoint, limit: self.limit).map(\.run)
        application.terminal.show(
            ReleaseTable.runs(runs),
            asJSON: self.json.isEnabled,
            emptyNote: "nothing was released yet"
        )
    }
}

/// `martlet release explain`.
struct ReleaseExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show every decision about a release with its rule and reasons.",
        discussion: """
            Examples:
              martlet release explain r1f2e3d4c5b
              martlet release explain r1f2e3d4c5b --looks --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a release or experiment.")
    var id: String
    @Flag(help: "Also the looks that changed nothing.")
    var looks = false

    func run() async throws {
        let application = try self.options.application()
        let run = try await application.releaseDesk().run(self.id).run
        let decisions = try await application.releaseStore().allDecisions(about: run.subject)
            .filter { self.looks || $0.isInLedger }
        var table = Table([
            .init("at"), .init("rule"), .init("verdict"), .init("inputs_hash", "inputs"), .init("reasons"),
        ])
        for decision in decisions {
            let record = decision.record
            table.add([
                .time(record.at), .text(record.rule.description), .text(record.verdict),
                .init(record.inputsHash.short, json: .string(record.inputsHash.description)),
                .init(
                    record.reasons.joined(separator: " "),
                    json: .array(record.reasons.map(JSONValue.string))
                ),
            ])
        }
        application.terminal.show(
            table,
            asJSON: self.json.isEnabled,
            emptyNote: "nothing was decided about \(run.id) yet"
        )
    }
}

/// `martlet release replay`.
struct ReleaseReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make every decision again from its record; it must agree.",
        discussion: """
            Each decision is made again from its recorded inputs, and compared with what was recorded and with the
            ledger. Ends with status 1 when anything differs.

            Example:
              martlet release replay r1f2e3d4c5b
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a release or experiment.")
    var id: String

    func run() async throws {
        let application = try self.options.application()
        let run = try await application.releaseDesk().run(self.id).run
        let report = ReplayReport(
            of: try await application.releaseStore().allDecisions(about: run.subject),
            ledger: try await application.ledger().newestEntries(of: run.subject, limit: 1_000_000)
        )
        if self.json.isEnabled {
            let json: JSONValue = .object([
                "decisions": .integer(Int64(report.count)), "agrees": .boolean(report.faults.isEmpty),
                "faults": .array(report.faults.map(JSONValue.string)),
            ])
            application.terminal.line(json.prettyText)
        } else {
            for fault in report.faults { application.terminal.line(fault) }
            let count = report.faults.count
            application.terminal.line(
                count == 0
                    ? "\(Quantity.count(report.count)) decisions were made again, and all agree"
                    : "\(Quantity.count(report.count)) decisions were made again, and \(count) differ"
            )
        }
        if !report.faults.isEmpty { throw QuietExit(status: .failed) }
    }
}

/// `martlet release what-if`.
struct ReleaseWhatIfCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-if",
        abstract: "Show which decisions other rules would have changed, and when.",
        discussion: """
            What would have followed the first of them is not known: the traffic would have been another.

            Examples:
              martlet release what-if r1f2e3d4c5b --alpha 0.01 --min-improvement 0.1
              martlet release what-if r1f2e3d4c5b --max-error-rate 0.001 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a release or experiment.")
    var id: String
    @Option(help: "How often a verdict may be wrong.")
    var alpha: Double?
    @Option(help: "The least relative improvement, such as 0.1.")
    var minImprovement: Double?
    @Option(help: "The least duration of the experiment, such as 14d.")
    var minDuration: String?
    @Option(help: "The largest share of failed requests.")
    var maxErrorRate: Double?

    func validate() throws {
        for (name, value) in [("--alpha", self.alpha), ("--max-error-rate", self.maxErrorRate)] {
            if let value, !(value > 0 && value < 1) {
                throw ValidationError("\(name) is \(value); it must be between 0 and 1")
            }
        }
        if let minimum = self.minImprovement, !(minimum >= 0 && minimum.isFinite) {
            throw ValidationError("--min-improvement is \(minimum); it must be 0 or more")
        }
        if let text = self.minDuration, TimeSpan(text) == nil {
            throw ValidationError("--min-duration is '\(text)'; it must be a time span such as 14d")
        }
    }

    func run() async throws {
        let application = try self.options.application()
        let run = try await application.releaseDesk().run(self.id).run
        let records = try await application.releaseStore().allDecisions(about: run.subject).map(\.record)
        var rules = WhatIf()
        rules.alpha = self.alpha
        rules.improvementMinimum = self.minImprovement
        rules.durationMinimum = self.minDuration.flatMap(TimeSpan.init)
        rules.errorRateLimit = self.maxErrorRate
        let differences = try rules.differences(in: records)
        var table = Table([
            .init("at"), .init("rule"), .init("verdict"), .init("would_be"), .init("reasons"),
        ])
        for difference in differences {
            table.add([
                .time(difference.record.at), .text(difference.record.rule.description),
                .text(difference.record.verdict), .text(difference.ruling.verdict),
                .init(
                    difference.ruling.reasons.joined(separator: " "),
                    json: .array(difference.ruling.reasons.map(JSONValue.string))
                ),
            ])
        }
        application.terminal.show(
            table,
            asJSON: self.json.isEnabled,
            emptyNote: "none of \(Quantity.count(records.count)) decisions would have been another"
        )
    }
}
