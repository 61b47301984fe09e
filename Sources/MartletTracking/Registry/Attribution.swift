package import MartletCore

/// Who does something, when, and why.
package struct Attribution: Sendable, Hashable, Codable {
    package var actor: String
    package var at: EventTime
    package var reason: String?

    /// Names the one who acts; an empty reason is none.
    package init(by actor: String, at moment: EventTime, reason: String? = nil) {
        self.actor = actor
        self.at = moment
        let trimmed = reason.map { $0.drop(while: \.isWhitespace) } ?? ""
        self.reason = trimmed.isEmpty ? nil : reason
    }

    /// Checks that somebody is named.
    ///
    /// - Throws: `registry.actorRequired`.
    package func validate() throws(TrackingError) {
        guard self.actor.contains(where: { !$0.isWhitespace }) else {
            throw TrackingError(.actorRequired, "a change needs the name of the one who makes it; give one with --by")
        }
    }
}
