package import MartletCore
package import MartletMonitoring

/// The console's words for what channels are written, so that a message and the page say the same.
package struct ConsoleAlertPhrases: AlertPhrases {
    private let words: Words

    /// The words of every language but English, in which rules speak themselves.
    package static var all: [AlertLanguage: any AlertPhrases] {
        [.korean: ConsoleAlertPhrases(words: Language.korean.words)]
    }

    init(words: Words) { self.words = words }

    package func sentence(_ remark: Remark) -> String { self.words(remark) }

    package func runbook(of rule: String) -> String? {
        let key = "notice.runbook." + rule
        return self.words(runbookOf: rule) ?? (self.words[key] == key ? nil : self.words[key])
    }

    package func phrase(_ key: String, _ arguments: [String]) -> String { Words.fill(self.words[key], arguments) }

    package func moment(_ moment: EventTime) -> String { Figures.moment(moment) }
}
