package import MartletCore

/// The checks that interactions and outcomes share.
struct FeedbackRule {
    let what: String
    let id: String

    /// How far behind the moment of arrival a time may lie; clocks differ.
    static let futureLimit = TimeSpan.seconds(86_400)
    /// The most bytes of a text.
    static let textLimit = 256

    func checkIdentity(_ endpoint: String, _ at: EventTime, now: EventTime) throws(TrackingError) {
        guard (1...Self.textLimit).contains(self.id.utf8.count) else {
            throw self.error(
                "its id has \(self.id.utf8.count) bytes; give 1 to \(Self.textLimit), the same at each try"
            )
        }
        guard RegistryNames.isWord(endpoint, limit: 100) else {
            throw self.error("its endpoint is no name of an endpoint")
        }
        guard at <= now + Self.futureLimit else {
            throw self.error("its time lies more than a day in the future; send UTC, such as 2023-05-23T10:15:00Z")
        }
    }

    func checkLength(_ text: String?, _ name: String) throws(TrackingError) {
        guard let text, !(1...Self.textLimit).contains(text.utf8.count) else { return }
        throw self.error("its \(name) has \(text.utf8.count) bytes; give 1 to \(Self.textLimit), or leave it out")
    }

    func error(_ found: String) -> TrackingError {
        TrackingError(.invalidFeedback, "the \(self.what) '\(self.id.prefix(60))' cannot be taken: \(found)")
    }
}

extension ErrorCode {
    /// An interaction or outcome has a value that cannot be.
    package static let invalidFeedback = ErrorCode("feedback.invalid")
    /// The id of an interaction or outcome was used for another one before.
    package static let feedbackConflict = ErrorCode("feedback.conflict")
}
