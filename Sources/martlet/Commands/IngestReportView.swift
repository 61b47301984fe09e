import MartletCore
import MartletIngest

/// How the outcome of an ingest is shown: one row for each batch, then what its rules and steps did.
struct IngestReportView {
    private let reports: [IngestReport]

    init(_ reports: [IngestReport]) { self.reports = reports }

    /// One row for each batch.
    var batches: Table {
        var table = Table([
            .init("source"), .init("origin", "from"), .init("batch"), .init("outcome"),
            .init("rows_read", nil, .right), .init("rows_loaded", nil, .right), .init("rows_quarantined", nil, .right),
            .init("rows_duplicate", nil, .right), .init("rows_filtered", nil, .right), .init("seconds", "time", .right),
        ])
        for report in self.reports {
            let figures = report.figures
            table.add([
                .text(report.source), .text(report.origin),
                .init(report.outcome == .nothingNew ? "" : report.batch.short, json: .string(report.batch.description)),
                .text(Self.word(report.outcome)),
                .count(figures.rowsRead), .count(figures.rowsLoaded), .count(figures.rowsQuarantined),
                .count(figures.rowsDuplicate), .count(figures.rowsFiltered), .seconds(report.seconds),
            ])
        }
        return table
    }

    /// What rules and steps did to rows.
    var details: Table {
        var table = Table([.init("source"), .init("what"), .init("rule"), .init("rows", nil, .right)])
        for report in self.reports {
            let groups = [("quarantined", report.figures.quarantined), ("warned", report.figures.warnings)]
            for (what, rules) in groups {
                for rule in rules where rule.count > 0 {
                    table.add([.text(report.source), .text(what), .text(rule.label), .count(rule.count)])
                }
            }
            // A derived column is made for every row; only steps that change or drop rows are news.
            for step in report.figures.cleaning where step.count > 0 && !step.step.hasPrefix("derive(") {
                table.add([.text(report.source), .text("cleaned"), .text(step.step), .count(step.count)])
            }
        }
        return table
    }

    /// Writes both tables, and why a batch was refused or left alone.
    func show(on terminal: Terminal, asJSON: Bool) {
        if asJSON {
            let values = self.reports.compactMap { try? JSONValue(encoding: $0) }
            terminal.line(JSONValue.array(values).prettyText)
            return
        }
        if !self.reports.isEmpty { terminal.show(self.batches, asJSON: false) }
        let details = self.details
        if !details.rows.isEmpty {
            terminal.line()
            terminal.show(details, asJSON: false)
        }
        for report in self.reports where report.figures.schemaChanges?.isEmpty == false {
            terminal.note("\(report.source): the records have other fields than those accepted")
            for line in report.figures.schemaChanges ?? [] { terminal.note("  \(line)") }
            terminal.note("  accept them with: martlet ingest accept-schema \(report.source)")
        }
        for report in self.reports where report.outcome != .loaded {
            terminal.note("\(report.source): \(report.summary)")
        }
    }

    private static func word(_ outcome: IngestReport.Outcome) -> String {
        switch outcome {
        case .loaded: "loaded"
        case .alreadyLoaded: "already loaded"
        case .definitionChanged: "definition changed"
        case .reloaded: "reloaded"
        case .refused: "refused"
        case .nothingNew: "nothing new"
        }
    }
}
