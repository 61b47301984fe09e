import MartletCore
import MartletStores
import MartletTracking

/// How a trace is shown: one heading for each step of the way back.
struct TraceView {
    private let trace: PredictionTrace

    init(_ trace: PredictionTrace) { self.trace = trace }

    /// Writes the chain.
    func show(on terminal: Terminal) {
        let record = self.trace.record
        self.heading("request", terminal)
        let latency = Quantity.duration(Double(record.latencyMicroseconds) / 1_000_000)
        terminal.line("  \(record.requestID) at \(record.time), endpoint \(record.endpoint), \(latency)")
        if let variant = record.variant {
            let unit = record.unit.map { ", unit \($0)" } ?? ""
            let release = record.release.map { ", release \($0)" } ?? ""
            let other = record.insteadOf.map { ", instead of \($0)" } ?? ""
            terminal.line("  variant \(variant)\(unit)\(release)\(other)")
        }
        if let code = record.errorCode {
            terminal.line("  refused: \(code)\(record.errorField.map { " (\($0))" } ?? "")")
        }
        for (index, prediction) in (record.predictions ?? []).enumerated() {
            terminal.line("  prediction \(index + 1): \(prediction.map { Quantity.number($0) } ?? "none")")
        }
        if !self.trace.values.rows.isEmpty {
            self.heading("values as used, and their feature rows", terminal)
            self.indent(self.trace.values, terminal)
        }
        guard let version = self.trace.version else { return }
        self.heading("model version", terminal)
        let decision = version.approval.decision.map { " by \($0.actor)" } ?? ""
        terminal.line(
            "  \(version.id), \(version.approval.status.rawValue)\(decision), stage \(version.stage.rawValue)"
        )
        if let manifest = self.trace.manifest {
            terminal.line("  \(manifest.modelFile) \(manifest.modelHash)")
            if let recipe = manifest.recipeText { terminal.line("  recipe \(recipe)") }
        }
        if let run = self.trace.run {
            self.heading("run", terminal)
            let commit = run.tags.first { $0.key.hasSuffix("git.commit") }.map { ", commit \($0.value)" } ?? ""
            terminal.line("  \(run.id) (\(run.name)) by \(run.user) at \(run.startedAt)\(commit)")
        }
        if let snapshot = self.trace.snapshot {
            self.heading("training snapshot", terminal)
            terminal.line("  \(snapshot.hash)")
            terminal.line("  \(snapshot.path)")
        }
        if !self.trace.batches.rows.isEmpty {
            self.heading("source batches and raw files", terminal)
            self.indent(self.trace.batches, terminal)
        }
    }

    private func heading(_ text: String, _ terminal: Terminal) { terminal.line(terminal.output.bold(text)) }

    private func indent(_ table: Table, _ terminal: Terminal) {
        for line in table.lines(style: terminal.output) { terminal.line("  " + line) }
    }
}
