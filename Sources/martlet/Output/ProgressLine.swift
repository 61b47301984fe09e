import Foundation
import Synchronization

/// One line of progress on standard error that rewrites itself on a terminal.
///
/// Without a terminal each *different* step is written once as a plain line, so that a log stays short.
final class ProgressLine: Sendable {
    private struct State {
        var step = ""
        var lastWrite = ContinuousClock.Instant.now - .seconds(1)
        var isOpen = false
    }

    private let terminal: Terminal
    private let isSilent: Bool
    private let state = Mutex(State())

    /// Starts without a line.
    init(_ terminal: Terminal, isSilent: Bool = false) {
        self.terminal = terminal
        self.isSilent = isSilent
    }

    /// Shows what is being done now, and how far it is.
    ///
    /// - Parameters:
    ///   - step: what is being done; a new step starts a plain line where there is no terminal.
    ///   - detail: how far it is; only shown on a terminal, at most ten times a second.
    func update(_ step: String, _ detail: String = "") {
        guard !self.isSilent else { return }
        self.state.withLock { state in
            let isNew = step != state.step
            state.step = step
            guard self.terminal.isLive else {
                if isNew { self.terminal.note(self.terminal.errors.dim(detail.isEmpty ? step : "\(step): \(detail)")) }
                return
            }
            let now = ContinuousClock.now
            guard isNew || now - state.lastWrite > .milliseconds(100) else { return }
            state.lastWrite = now
            state.isOpen = true
            let text = DisplayWidth.cut(detail.isEmpty ? step : "\(step)  \(detail)", to: 100)
            FileHandle.standardError.write(Data("\r\u{1B}[2K\(self.terminal.errors.dim(text))".utf8))
        }
    }

    /// Removes the live line, so that a result can follow.
    func finish() {
        self.state.withLock { state in
            if state.isOpen { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) }
            state.isOpen = false
            state.step = ""
        }
    }
}
