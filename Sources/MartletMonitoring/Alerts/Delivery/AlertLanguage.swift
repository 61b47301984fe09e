package import MartletCore

/// The language that a channel is written to in.
package enum AlertLanguage: String, DocumentWord, Sendable {
    /// As everything is kept.
    case english = "en"
    case korean = "ko"
}

/// The words of one language for what is told of alerts; the console's own, so that both say the same.
package protocol AlertPhrases: Sendable {
    /// A sentence of a rule.
    func sentence(_ remark: Remark) -> String
    /// What to do about an alert of `rule`; `nil` where only the rule itself says it.
    func runbook(of rule: String) -> String?
    /// The phrase `key`, such as `notice.over`, with `arguments` in its places.
    func phrase(_ key: String, _ arguments: [String]) -> String
    /// A moment as it is read.
    func moment(_ moment: EventTime) -> String
}
