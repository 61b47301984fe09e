import MartletCore
import MartletIngest
import Synchronization

/// Writes a line for each batch that was loaded, replaced or refused, and counts them.
final class IngestTeller: Sendable {
    private struct Tally {
        var batches = 0
        var rows = 0
    }

    private let terminal: Terminal
    private let isJSON: Bool
    private let tally = Mutex(Tally())

    /// Writes to `terminal`, each line an object when `isJSON`.
    init(_ terminal: Terminal, isJSON: Bool) {
        self.terminal = terminal
        self.isJSON = isJSON
    }

    /// Tells of a batch, unless nothing changed.
    func tell(_ report: IngestReport) {
        guard report.outcome != .alreadyLoaded, report.outcome != .nothingNew else { return }
        if report.outcome == .loaded || report.outcome == .reloaded {
            self.tally.withLock { tally in
                tally.batches += 1
                tally.rows += report.figures.rowsLoaded
            }
        }
        guard self.isJSON else {
            let seconds = Quantity.duration(report.seconds)
            let quarantined = report.figures.rowsQuarantined
            let aside = quarantined > 0 ? ", \(quarantined) in quarantine" : ""
            self.terminal.line(
                "\(Quantity.moment(.now))  \(report.source)  \(report.origin)  \(report.summary)\(aside)  \(seconds)"
            )
            return
        }
        guard case .object(var members)? = try? JSONValue(encoding: report) else { return }
        members["at"] = .string(EventTime.now.description)
        self.terminal.line(JSONValue.object(members).canonicalText)
    }

    /// Tells that a source could not be loaded.
    func tell(_ error: any Error, of source: String, _ message: String) {
        guard self.isJSON else {
            self.terminal.note("\(Quantity.moment(.now))  \(source)  failed: \(message)")
            return
        }
        let code = (error as? any CodedError)?.code.description ?? "ingest.failed"
        let line: JSONValue = .object([
            "at": .string(EventTime.now.description), "source": .string(source), "outcome": "failed",
            "error": .object(["code": .string(code), "message": .string(message)]),
        ])
        self.terminal.line(line.canonicalText)
    }

    /// Says what all came to.
    func end() {
        let tally = self.tally.withLock { $0 }
        let batches = Self.count(tally.batches, "batch", "batches")
        self.terminal.note("ended: \(batches), \(Self.count(tally.rows, "row", "rows"))")
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }
}
