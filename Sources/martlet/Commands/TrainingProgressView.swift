import MartletCore
import MartletTracking
import MartletTraining

/// Shows a training as it goes: milestones as lines, rounds on one live line.
final class TrainingProgressView: Sendable {
    private let terminal: Terminal
    private let progress: ProgressLine
    private let isSilent: Bool

    init(_ terminal: Terminal, isSilent: Bool) {
        self.terminal = terminal
        self.isSilent = isSilent
        self.progress = ProgressLine(terminal, isSilent: isSilent)
    }

    /// Shows one event.
    func show(_ event: TrainingEvent) {
        switch event {
        case .abandonedRunsClosed(let count):
            self.note("closed \(count) run\(count == 1 ? "" : "s") that an interrupted training left open")
        case .snapshotReady(let hash, let rows, let columns, let seconds):
            let size = "\(Quantity.count(rows)) rows × \(columns) columns"
            self.note("training set \(hash.short): \(size) in \(Quantity.duration(seconds))")
        case .splitMade(let train, let validation, let test):
            let parts = [train, validation, test].map(Quantity.count).joined(separator: " / ")
            self.note("train / validation / test: \(parts)")
        case .leakageSuspected(let finding):
            self.note("\(self.terminal.errors.warning("leakage?")) \(finding)")
        case .runStarted(let experiment, let run, let position, let total):
            self.progress.update("[\(position + 1)/\(total)] \(experiment) (run \(run.short))")
        case .roundEnded(let experiment, let round, let rounds, let metrics):
            guard self.terminal.isLive else { return }
            let figures = metrics.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.number($0.value))" }
            self.progress.update(
                "training",
                "\(experiment): round \(round)/\(rounds)  \(figures.joined(separator: "  "))"
            )
        case .runFinished(let experiment, let run, let rounds, let validation, let seconds):
            let figures = "\(rounds) trees, validation \(Quantity.number(validation))"
            self.note("run \(run.short) \(experiment): \(figures), \(Quantity.duration(seconds))")
        case .runFailed(let experiment, let run, let message):
            self.note("run \(run.short) \(experiment) \(self.terminal.errors.bad("failed")): \(message)")
        case .plotsWithoutImages(let reason):
            self.note("\(self.terminal.errors.warning("plots")) are SVG only: \(reason)")
        case .bestSelected, .gateJudged, .registered, .notRegistered:
            break
        }
    }

    /// Removes the live line.
    func finish() { self.progress.finish() }

    private func note(_ text: String) {
        guard !self.isSilent else { return }
        self.progress.finish()
        self.terminal.note(text)
    }
}
