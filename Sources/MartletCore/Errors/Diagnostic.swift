/// Where in a file something stands.
///
/// Lines and columns count from 1, columns in Unicode scalars as YAML editors show them.
package struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it, relative to the workspace where possible.
    package let file: String
    package let line: Int
    package let column: Int

    /// Names the place `file:line:column`.
    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(self.file):\(self.line):\(self.column)" }
}

/// One fault found in what the user wrote.
///
/// Validation collects all of them and shows them at once; only a caller that cannot go on throws.
package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    package enum Severity: String, Sendable, Codable {
        /// The workspace cannot be used.
        case error
        /// Usable, but probably not what was meant.
        case warning
    }

    package let severity: Severity
    package let code: ErrorCode
    package let message: String
    package let location: SourceLocation?

    /// Records a fault at `location`.
    package init(_ severity: Severity, _ code: ErrorCode, _ message: String, at location: SourceLocation?) {
        self.severity = severity
        self.code = code
        self.message = message
        self.location = location
    }

    package var description: String {
        let place = self.location.map { "\($0): " } ?? ""
        return "\(place)\(self.severity.rawValue): \(self.message)"
    }
}
