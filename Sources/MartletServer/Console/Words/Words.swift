/// The console's phrases in one language.
struct Words: Sendable, Hashable {
    /// One phrase in both languages; `{}` stands where arguments go, in order.
    struct Phrase: Sendable {
        let key: String
        let english: String
        let korean: String

        init(_ key: String, _ english: String, _ korean: String) {
            self.key = key
            self.english = english
            self.korean = korean
        }

        func text(in language: Language) -> String {
            switch language {
            case .english: self.english
            case .korean: self.korean
            }
        }
    }

    let language: Language

    /// Every phrase.
    static let phrases: [Phrase] =
        Self.frame + Self.figures + Self.runs + Self.facts + Self.models + Self.ledger
        + Self.endpoints + Self.releases + Self.jobs + Self.monitoring + Self.overview + Self.data
        + Self.quality + Self.alerts + Self.releaseRemarks + Self.checklistRemarks + Self.testRemarks
        + Self.retrainingRemarks + Self.work + Self.alertTitles + Self.alertRemarks + Self.actionRemarks
        + Self.jobRemarks + Self.ingestRemarks + Self.notices

    private static let byKey = Dictionary(uniqueKeysWithValues: Self.phrases.map { ($0.key, $0) })

    /// All phrases, as templates read them.
    var view: PhraseName { PhraseName(words: self, key: "") }

    /// The phrase `key`; a key that is not there shows itself.
    subscript(key: String) -> String { Self.byKey[key]?.text(in: self.language) ?? key }

    /// The phrase `key` with `arguments` in the places of `{}`.
    func callAsFunction(_ key: String, _ arguments: String...) -> String { Self.fill(self[key], arguments) }

    /// `template` with `arguments` in the places of `{}`.
    static func fill(_ template: String, _ arguments: [String]) -> String {
        var rest = arguments[...]
        let pieces = template.split(separator: "{}", omittingEmptySubsequences: false)
        return pieces.dropFirst()
            .reduce(pieces.first.map(String.init) ?? "") { text, piece in
                text + (rest.popFirst() ?? "") + piece
            }
    }
}
