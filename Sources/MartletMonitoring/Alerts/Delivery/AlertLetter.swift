import MartletCore

/// What a person is written of an alert, in English or in the words of another language.
struct AlertLetter {
    let notice: AlertNotice
    private let phrases: (any AlertPhrases)?

    /// Writes of `notice`; in English without `phrases`.
    init(_ notice: AlertNotice, _ phrases: (any AlertPhrases)?) {
        self.notice = notice
        self.phrases = phrases
    }

    /// What is wrong.
    var summary: String {
        guard let phrases, let remarks = notice.remarks else { return self.notice.summary }
        return phrases.sentence(remarks.summary)
    }

    private var causes: [String] {
        guard let phrases, let remarks = notice.remarks else { return self.notice.causes }
        return remarks.causes.map(phrases.sentence)
    }

    private var runbook: String { self.phrases?.runbook(of: self.notice.rule) ?? self.notice.runbook }

    /// How urgent it is, or that it is over.
    var mark: String {
        let priority = self.notice.priority.rawValue
        return switch self.notice.kind {
        case .fired: priority
        case .escalated: "\(priority), \(self.escalation)"
        case .resolved: self.phrase("notice.over", "over")
        }
    }

    /// Why it is told again.
    private var escalation: String {
        self.notice.isWorse
            ? self.phrase("notice.worse", "worse") : self.phrase("notice.untaken", "nobody took it on")
    }

    /// The text of a letter.
    var lines: [String] {
        let notice = self.notice
        var lines = [self.summary] + self.causes.map { "← \($0)" }
        lines += [
            "",
            self.phrase(
                "notice.priority." + notice.priority.rawValue,
                "Priority: \(notice.priority.rawValue), reaction within \(notice.priority.reaction)"
            ), self.phrase("notice.about", "About: \(notice.subject)", notice.subject),
            self.phrase("notice.since", "Since: \(notice.since)", self.moment(notice.since)),
        ]
        if notice.kind == .resolved {
            lines.append(self.phrase("notice.overAt", "Over: \(notice.at)", self.moment(notice.at)))
        }
        if !self.runbook.isEmpty { lines += ["", self.runbook] }
        if notice.kind != .resolved {
            lines += ["", self.phrase("notice.ack", "Take it on: martlet alerts ack \(notice.alert)", notice.alert)]
        }
        return lines
    }

    /// One line for a chat, with what to do below it; `escape` writes what the chat would read as more than text.
    func line(_ escape: (String) -> String) -> String {
        let priority = "*\(self.notice.priority.rawValue)*"
        let line = "\(priority) \(escape(([self.summary] + self.causes).joined(separator: " ← ")))"
        return switch self.notice.kind {
        case .resolved: "\(self.phrase("notice.over", "over")): \(line)"
        case .escalated: "\(self.escalation): \(line)\n\(escape(self.runbook))"
        case .fired: "\(line)\n\(escape(self.runbook))"
        }
    }

    private func moment(_ moment: EventTime) -> String { self.phrases?.moment(moment) ?? "\(moment)" }

    private func phrase(_ key: String, _ english: String, _ arguments: String...) -> String {
        self.phrases?.phrase(key, arguments) ?? english
    }
}
