/// Collects what is wrong with the documents being read, so that a user sees all faults at once.
///
/// Used by one task while a workspace is read; the result, a list of ``Diagnostic``, is a value.
package final class DocumentContext {
    package private(set) var diagnostics: [Diagnostic] = []

    /// Starts without faults.
    package init() {}

    /// Adds a fault.
    package func report(
        _ severity: Diagnostic.Severity,
        _ code: ErrorCode,
        _ message: String,
        at location: SourceLocation?
    ) {
        self.diagnostics.append(Diagnostic(severity, code, message, at: location))
    }

    /// Whether a fault makes the documents unusable.
    package var hasErrors: Bool { self.diagnostics.contains { $0.severity == .error } }
}

extension ErrorCode {
    /// The text is not YAML.
    package static let documentSyntax = ErrorCode("document.syntax")
    /// A mapping holds a key twice.
    package static let documentDuplicateKey = ErrorCode("document.duplicateKey")
    /// A key that the file kind does not have.
    package static let documentUnknownKey = ErrorCode("document.unknownKey")
    /// A required key is absent.
    package static let documentMissingKey = ErrorCode("document.missingKey")
    /// A value of the wrong type or outside its range.
    package static let documentInvalidValue = ErrorCode("document.invalidValue")
    /// A `${NAME}` without a value.
    package static let documentMissingVariable = ErrorCode("document.missingVariable")
}
