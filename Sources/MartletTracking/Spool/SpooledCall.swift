package import Foundation
package import MartletCore

/// One call of a tracking client, as it is kept and sent on.
package struct SpooledCall: Sendable, Hashable {
    /// What a call brings along.
    package enum Body: Sendable, Hashable {
        case bytes(Data)
        /// The path of a file in the spool's folder.
        case file(String)
    }

    /// The place in the order of calls; 0 before it has one.
    package let sequence: Int64
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    package let method: String
    /// The path with its query, as the client wrote it.
    package let target: String
    package let contentType: String?
    package let body: Body
    /// The id the spool gave to what the call makes, or `nil` when it makes nothing.
    package let madeID: String?
    package let at: EventTime

    /// Describes a call.
    package init(
        sequence: Int64 = 0,
        method: String,
        target: String,
        contentType: String?,
        body: Body,
        madeID: String? = nil,
        at: EventTime
    ) {
        self.sequence = sequence
        self.method = method
        self.target = target
        self.contentType = contentType
        self.body = body
        self.madeID = madeID
        self.at = at
    }
}

/// What a server answered, or what the spool answers in its place.
package struct SpoolAnswer: Sendable, Hashable {
    package let status: Int
    package let contentType: String?
    package let body: Data

    /// Describes an answer.
    package init(status: Int, contentType: String?, body: Data) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// An answer of JSON.
    package static func json(_ value: JSONValue, status: Int = 200) -> SpoolAnswer {
        SpoolAnswer(status: status, contentType: "application/json", body: Data(value.canonicalText.utf8))
    }

    /// An error as MLflow's clients read it.
    package static func error(_ status: Int, _ code: String, _ message: String) -> SpoolAnswer {
        .json(["error_code": .string(code), "message": .string(message)], status: status)
    }

    /// Whether the call was carried out.
    package var isSuccess: Bool { (200..<300).contains(self.status) }

    /// Whether the same call may be carried out later: the server is away, busy, or does not know the caller.
    package var isPassing: Bool { [401, 403, 408, 429, 500, 502, 503, 504].contains(self.status) }

    /// Whether nobody answered but a gateway before the server.
    package var isAway: Bool { [502, 503, 504].contains(self.status) }

    /// The body as JSON, or `nil`.
    package var value: JSONValue? { try? JSONValue(parsing: self.body) }
}
