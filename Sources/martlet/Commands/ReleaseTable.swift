import MartletCore
import MartletReleases
import MartletStatistics
import MartletTracking

/// Releases and experiments as tables.
enum ReleaseTable {
    /// One line for each run.
    static func runs(_ runs: [ReleaseRun]) -> Table {
        var table = Table([
            .init("id"), .init("kind"), .init("endpoint"), .init("version"), .init("before"), .init("phase"),
            .init("phase_since", "since"), .init("started_by", "by"), .init("outcome"),
        ])
        for run in runs {
            table.add([
                .text(run.id), .text(run.kind), .text(run.endpoint), .text(run.new.version.description),
                .text(run.old.version.description), .text(run.phase), .time(run.phaseSince),
                .text(run.startedBy.actor), .text(run.outcome),
            ])
        }
        return table
    }

    /// All about one run.
    static func show(_ run: ReleaseRun, _ application: Application, asJSON: Bool) async throws {
        let store = try application.releaseStore()
        let assessment = try await store.assessment(of: run)
        let newest = try await store.newestDecision(about: run.subject)
        let terminal = application.terminal
        if asJSON {
            let json: JSONValue = .object([
                run.kind: run.json, "assessment": assessment?.json ?? .null, "newest_decision": newest?.json ?? .null,
            ])
            terminal.line(json.prettyText)
            return
        }
        var table = Table([.init("key", ""), .init("value", "")])
        table.add([.text(run.kind), .text("\(run.id) (plan \(run.plan.name))")])
        table.add([.text("endpoint"), .text(run.endpoint)])
        table.add([.text("version"), .text("\(run.new.version) over \(run.old.version)")])
        table.add([.text("unit"), .text(run.new.id.short)])
        table.add([.text("phase"), .text("\(run.phase) since \(Quantity.moment(run.phaseSince))")])
        if case .release(let state) = run {
            let step = state.plan.steps[state.step]
            table.add([
                .text("step"),
                .text(
                    "\(state.step + 1) of \(state.plan.steps.count): \(Quantity.number(Double(step.weight) / 100)) % for "
                        + "\(step.hold) at least"
                ),
            ])
        }
        table.add([.text("started"), .text("\(Quantity.moment(run.startedBy.at)) by \(run.startedBy.actor)")])
        table.add([.text("outcome"), .text(run.outcome)])
        if let newest {
            let text = ([newest.record.verdict] + newest.record.reasons).joined(separator: "; ")
            table.add([.text("last decision"), .text(text)])
        }
        terminal.show(table, asJSON: false)
        if let assessment { Self.show(assessment, terminal) }
    }

    private static func show(_ assessment: ExperimentAssessment, _ terminal: Terminal) {
        var table = Table([
            .init("name", "metric"), .init("role"), .init("control", nil, .right), .init("treatment", nil, .right),
            .init("improvement", nil, .right), .init("bounds"), .init("adjusted_p_value", "p", .right),
            .init("judged", "judged by"),
        ])
        for metric in assessment.evidence {
            let json = metric.json
            let bounds = metric.interval.map { interval in
                [json["lower"], json["upper"]].map { Self.percent($0) }.joined(separator: " … ")
                    + (metric.isBetter ? " better" : metric.isWorse ? " worse" : "")
            }
            table.add([
                .text(metric.name), .text(metric.role.rawValue), .number(metric.control), .number(metric.treatment),
                .text(Self.percent(json["improvement"])), .text(bounds), .number(metric.adjustedPValue),
                .text(Self.judged(metric)),
            ])
        }
        terminal.line()
        terminal.show(table, asJSON: false)
        if let split = assessment.splitPValue { terminal.line("split: p = \(Quantity.number(split))") }
        if let effect = assessment.detectableEffect {
            terminal.line("the longest duration finds an improvement of \(Self.percent(effect)) or more")
        }
        if let days = assessment.daysLeft, days > 0 {
            terminal.line("about \(Quantity.age(days * 86_400)) more at this rate")
        }
    }

    private static func judged(_ metric: MetricEvidence) -> String {
        let test =
            switch metric.oneLook?.test {
            case .welch: "Welch, once at the end"
            case .mannWhitney: "Mann–Whitney, once at the end"
            case .sequence, nil: "bounds for every look"
            }
        guard let share = metric.varianceReduction else { return test }
        return test + ", \(Self.percent(share)) of the variance known before"
    }

    private static func percent(_ value: JSONValue?) -> String {
        switch value {
        case .number(let share)?: Self.percent(share)
        case .integer(let share)?: Self.percent(Double(share))
        default: ""
        }
    }

    /// A share in percent with at most two decimals: more would only be noise.
    private static func percent(_ share: Double) -> String { "\(Quantity.number((share * 10_000).rounded() / 100)) %" }
}
