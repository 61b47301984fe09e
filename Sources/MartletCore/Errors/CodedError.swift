/// A stable, matchable reason for an error, such as `ingest.sourceNotFound`.
///
/// A struct, not an enum, so that a new code never breaks a caller's `switch`. Dotted: the domain, then the reason in
/// lower camel case. Tests and API clients match on the code, never on the message.
package struct ErrorCode: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String

    /// Makes the code written `description`; each domain declares its codes as static members.
    package init(_ description: String) { self.description = description }

    package init(from decoder: any Decoder) throws {
        self.description = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

/// An error a person can act on: what was attempted, what was found, what to do.
///
/// Each domain has one struct that conforms. `message` is one sentence or more in plain words and never holds secrets,
/// connection strings or data values; `underlying` keeps the cause for a log at `debug`.
package protocol CodedError: Error, Sendable, CustomStringConvertible {
    /// The stable reason.
    var code: ErrorCode { get }
    /// What a person reads.
    var message: String { get }
    /// The error that led here, when another layer threw it.
    var underlying: (any Error)? { get }
}

extension CodedError {
    package var description: String { "\(self.code): \(self.message)" }
    package var underlying: (any Error)? { nil }
}

/// The sentence a person should see for any error: a coded error's message, or the description of another.
package func readableMessage(of error: any Error) -> String {
    (error as? any CodedError)?.message ?? String(describing: error)
}
