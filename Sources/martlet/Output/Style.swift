/// Colours and weights of a terminal, or nothing of them.
struct Style: Sendable {
    let isColoured: Bool

    /// Text without any colour, for files and pipes.
    static let plain = Style(isColoured: false)

    func bold(_ text: String) -> String { self.wrap(text, "1") }
    func dim(_ text: String) -> String { self.wrap(text, "2") }
    func good(_ text: String) -> String { self.wrap(text, "32") }
    func warning(_ text: String) -> String { self.wrap(text, "33") }
    func bad(_ text: String) -> String { self.wrap(text, "31") }

    private func wrap(_ text: String, _ code: String) -> String {
        self.isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
