import Foundation
import MartletCore

/// Where the commands write: results to standard output, progress and errors to standard error.
///
/// Colours only on a terminal, never when `NO_COLOR` is set or `TERM` is `dumb`.
struct Terminal: Sendable {
    /// The style of standard output.
    let output: Style
    /// The style of standard error.
    let errors: Style
    /// Whether standard error is a terminal, so that progress may rewrite its line.
    let isLive: Bool
    /// Whether nothing is written.
    var isSilent = false

    /// Looks at the process's own streams and `environment`.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let allowsColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        self.output = Style(isColoured: allowsColour && isatty(1) == 1)
        self.errors = Style(isColoured: allowsColour && isatty(2) == 1)
        self.isLive = isatty(2) == 1 && environment["TERM"] != "dumb"
    }

    /// Writes a line of result.
    func line(_ text: String = "") {
        guard !self.isSilent else { return }
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Writes a line to standard error.
    func note(_ text: String) {
        guard !self.isSilent else { return }
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes a table, or the same rows as JSON; `emptyNote` stands in place of a table without rows.
    func show(_ table: Table, asJSON: Bool, emptyNote: String = "nothing to show") {
        if asJSON {
            self.line(table.json.prettyText)
        } else if table.rows.isEmpty {
            self.note(emptyNote)
        } else {
            self.line(table.lines(style: self.output).joined(separator: "\n"))
        }
    }

    /// Writes diagnostics to standard error, one a line, each `file:line:column: error: message`.
    func show(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics {
            let place = diagnostic.location.map { "\($0): " } ?? ""
            let word = diagnostic.severity.rawValue
            let coloured = diagnostic.severity == .error ? self.errors.bad(word) : self.errors.warning(word)
            self.note("\(place)\(coloured): \(diagnostic.message) \(self.errors.dim("[\(diagnostic.code)]"))")
        }
    }

    /// Writes an error and its code to standard error.
    func show(_ error: any Error) {
        let code = (error as? any CodedError).map { " " + self.errors.dim("[\($0.code)]") } ?? ""
        self.note("\(self.errors.bad("error")): \(readableMessage(of: error))\(code)")
    }
}
