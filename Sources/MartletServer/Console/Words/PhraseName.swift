import Mustache

/// A phrase as templates name it: `{{t.runs}}` is a phrase, and so is `{{t.runs.none}}`.
struct PhraseName: ViewValue, MustacheParent, MustacheCustomRenderable {
    let words: Words
    let key: String

    func child(named name: String) -> Any? {
        PhraseName(words: self.words, key: self.key.isEmpty ? name : self.key + "." + name)
    }

    var renderText: String { self.words[self.key] }

    var isNull: Bool { false }
}
