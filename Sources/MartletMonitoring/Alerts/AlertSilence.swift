package import MartletCore
package import MartletTracking

/// A time in which nobody is told of some alerts.
package struct AlertSilence: Sendable, Hashable, Codable {
    package let id: String
    /// A rule, a subject, both as `rule/subject`, or the id of one alert; `*` is all.
    package let pattern: String
    package let until: EventTime
    package let by: String
    package let reason: String

    /// The longest.
    package static let longest = TimeSpan.days(30)

    /// Silences what `pattern` names.
    package init(id: String, pattern: String, until: EventTime, by actor: String, reason: String) {
        self.id = id
        self.pattern = pattern
        self.until = until
        self.by = actor
        self.reason = reason
    }

    /// Silences what `pattern` names for `span`, such as `2h`, from `now` on.
    ///
    /// - Throws: `alert.invalid` for an empty pattern, a rule that does not exist, or another span than up to 30 days.
    package init(
        pattern: String,
        span: String,
        by actor: String,
        reason: String,
        at now: EventTime
    ) throws(TrackingError) {
        guard let length = TimeSpan(span), length.microseconds > 0, length <= Self.longest else {
            throw TrackingError(
                .alertInvalid,
                "'for' is '\(span.prefix(80))'; it must be a time span up to 30d, such as 2h"
            )
        }
        guard !pattern.isEmpty, pattern.utf8.count <= 300 else {
            throw TrackingError(
                .alertInvalid,
                "'pattern' names nothing; give a rule, what alerts are about, an alert as the list names it, or '*'"
            )
        }
        // What has neither ':' nor '/' can only be a rule, an alert's id, '*' or the host.
        let rules = AlertRule.allCases.map(\.rawValue)
        let isID = pattern.count == 16 && pattern.hasPrefix("a") && pattern.dropFirst().allSatisfy(\.isHexDigit)
        if !pattern.contains(where: { ":/".contains($0) }), pattern != "*", pattern != "host", !isID,
            !rules.contains(pattern)
        {
            throw TrackingError(
                .alertInvalid,
                "'\(pattern.prefix(80))' is no rule." + NearestName.suggestion(pattern, among: rules)
                    + " What alerts are about is written as in the list, such as endpoint:rent"
            )
        }
        self.init(
            id: "s" + ContentHash(of: "\(now.microseconds) \(pattern) \(actor)").description.prefix(11),
            pattern: pattern,
            until: now + length,
            by: actor,
            reason: reason
        )
    }

    /// Whether `alert` is silenced at `now`.
    package func covers(_ alert: Alert, at now: EventTime) -> Bool {
        now < self.until && [alert.key, alert.rule, alert.subject, alert.id, "*"].contains(self.pattern)
    }
}
