package import MartletCore

extension ErrorCode {
    /// Bytes that are no XML, or XML of another shape than the source says.
    package static let ingestInvalidXML = ErrorCode("ingest.invalidXML")
}

/// Why bytes are no XML, and on which line.
package struct XMLFault: CodedError {
    package let message: String
    package var code: ErrorCode { .ingestInvalidXML }

    init(_ reason: String, line: Int) { self.message = "line \(line): \(reason)" }
}
