/// Turns Markdown, as model cards and notes use it, into HTML.
///
/// Headings, paragraphs, lists, tables, quotes, rules, code blocks; strong, emphasis, code and links inside a line. HTML
/// in the text is shown as text, and a link goes nowhere but to `http`, `https`, `mailto` or a place on the same site.
struct MarkdownHTML: Sendable {
    private var lines: ArraySlice<Substring>
    private var html = ""

    /// Renders `text`.
    static func markup(_ text: String) -> Markup {
        var renderer = MarkdownHTML(lines: text.split(separator: /\r?\n/, omittingEmptySubsequences: false)[...])
        renderer.renderBlocks()
        return Markup(renderer.html)
    }

    private init(lines: ArraySlice<Substring>) { self.lines = lines }

    private mutating func renderBlocks() {
        while let line = self.lines.first {
            let text = line.drop { $0 == " " }
            if text.isEmpty {
                self.lines.removeFirst()
            } else if text.hasPrefix("```") {
                self.renderCode()
            } else if let level = Self.headingLevel(text) {
                self.lines.removeFirst()
                let title = text.drop { $0 == "#" }.drop { $0 == " " }
                self.html += "<h\(min(6, level + 1))>\(Self.inline(title))</h\(min(6, level + 1))>"
            } else if text.hasPrefix(">") {
                let quoted = self.take { $0.drop { $0 == " " }.hasPrefix(">") }
                    .map { $0.drop { $0 == " " }.dropFirst() }
                self.html += "<blockquote><p>\(Self.inline(quoted.joined(separator: " ")))</p></blockquote>"
            } else if text.hasPrefix("|"), let rule = self.lines.dropFirst().first, Self.isTableRule(rule) {
                self.renderTable()
            } else if Self.isRule(text) {
                self.lines.removeFirst()
                self.html += "<hr>"
            } else if Self.item(text) != nil {
                self.renderList()
            } else {
                self.renderParagraph()
            }
        }
    }

    private mutating func take(while isWanted: (Substring) -> Bool) -> [Substring] {
        let taken = self.lines.prefix(while: isWanted)
        self.lines = self.lines.dropFirst(taken.count)
        return Array(taken)
    }

    private mutating func renderCode() {
        self.lines.removeFirst()
        let code = self.take { !$0.drop { $0 == " " }.hasPrefix("```") }
        self.lines = self.lines.dropFirst()
        self.html += "<pre><code>\(Markup.escape(code.joined(separator: "\n")))</code></pre>"
    }

    private mutating func renderParagraph() {
        var words: [Substring] = []
        while let line = self.lines.first {
            let text = line.drop { $0 == " " }
            let isOther = text.isEmpty || text.hasPrefix("```") || text.hasPrefix("|") || text.hasPrefix(">")
            if isOther && !words.isEmpty || text.isEmpty { break }
            if !words.isEmpty, Self.headingLevel(text) != nil || Self.item(text) != nil { break }
            words.append(text)
            self.lines.removeFirst()
        }
        self.html += "<p>\(Self.inline(words.joined(separator: " ")))</p>"
    }

    private mutating func renderList() {
        let isNumbered = Self.item(self.lines.first ?? "")?.isNumbered ?? false
        self.html += isNumbered ? "<ol>" : "<ul>"
        while let line = self.lines.first, let item = Self.item(line), item.isNumbered == isNumbered {
            self.lines.removeFirst()
            let rest = self.take { $0.hasPrefix("  ") && Self.item($0) == nil }
            let text = ([item.text] + rest.map { $0.drop { $0 == " " } }).joined(separator: " ")
            self.html += "<li>\(Self.inline(text))</li>"
        }
        self.html += isNumbered ? "</ol>" : "</ul>"
    }

    private mutating func renderTable() {
        let head = Self.cells(self.lines.removeFirst())
        let alignments = Self.cells(self.lines.removeFirst()).map { $0.hasSuffix(":") ? #" class="number""# : "" }
        func row(_ cells: [Substring], _ tag: String) -> String {
            cells.enumerated()
                .map { index, cell in
                    let alignment = index < alignments.count ? alignments[index] : ""
                    return "<\(tag)\(alignment)>\(Self.inline(cell))</\(tag)>"
                }
                .joined()
        }
        self.html += #"<div class="scroll"><table>"#
        if head.contains(where: { !$0.isEmpty }) { self.html += "<thead><tr>\(row(head, "th"))</tr></thead>" }
        self.html += "<tbody>"
        for line in self.take(while: { $0.drop { $0 == " " }.hasPrefix("|") }) {
            self.html += "<tr>\(row(Self.cells(line), "td"))</tr>"
        }
        self.html += "</tbody></table></div>"
    }
}

extension MarkdownHTML {
    private static func headingLevel(_ text: Substring) -> Int? {
        let level = text.prefix { $0 == "#" }.count
        return (1...6).contains(level) && text.dropFirst(level).first == " " ? level : nil
    }

    private static func isRule(_ text: Substring) -> Bool {
        let marks = text.filter { $0 != " " }
        return marks.count >= 3 && (marks.allSatisfy { $0 == "-" } || marks.allSatisfy { $0 == "*" })
    }

    private static func isTableRule(_ line: Substring) -> Bool {
        line.contains("-") && line.allSatisfy { "|-: ".contains($0) }
    }

    private static func cells(_ line: Substring) -> [Substring] {
        var text = line.drop { $0 == " " }
        if text.first == "|" { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        if text.last == "|" { text.removeLast() }
        return text.split(separator: "|", omittingEmptySubsequences: false)
            .map { cell in
                var cell = cell.drop { $0 == " " }
                while cell.last == " " { cell.removeLast() }
                return cell
            }
    }

    private static func item(_ line: Substring) -> (isNumbered: Bool, text: Substring)? {
        let text = line.drop { $0 == " " }
        if let mark = text.first, "-*+".contains(mark), text.dropFirst().first == " " {
            return (false, text.dropFirst(2))
        }
        let digits = text.prefix { $0.isNumber }
        let rest = text.dropFirst(digits.count)
        return !digits.isEmpty && digits.count < 4 && rest.hasPrefix(". ") ? (true, rest.dropFirst(2)) : nil
    }

    /// Renders what stands inside a line.
    static func inline(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        var html = ""
        while let character = rest.first {
            if character == "`", let end = rest.dropFirst().firstIndex(of: "`") {
                html += "<code>\(Markup.escape(rest[rest.index(after: rest.startIndex)..<end]))</code>"
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("**"), let end = rest.dropFirst(2).firstRange(of: "**") {
                html += "<strong>\(Self.inline(rest.dropFirst(2)[..<end.lowerBound]))</strong>"
                rest = rest[end.upperBound...]
            } else if character == "*", let end = rest.dropFirst().firstIndex(of: "*"), rest.dropFirst().first != " " {
                html += "<em>\(Self.inline(rest.dropFirst()[..<end]))</em>"
                rest = rest[rest.index(after: end)...]
            } else if character == "[", let link = rest.prefixMatch(of: /\[([^\]]*)\]\(([^)\s]*)\)/) {
                html += Self.link(link.output.1, to: link.output.2)
                rest = rest[link.range.upperBound...]
            } else {
                html += Markup.escape(String(character))
                rest.removeFirst()
            }
        }
        return html
    }

    private static func link(_ text: Substring, to target: Substring) -> String {
        let lower = target.lowercased()
        let isSafe =
            ["http://", "https://", "mailto:", "#"].contains { lower.hasPrefix($0) }
            || lower.hasPrefix("/") && !lower.hasPrefix("//")
        guard isSafe else { return Self.inline(text) }
        return #"<a href="\#(Markup.escape(target))" rel="noreferrer">\#(Self.inline(text))</a>"#
    }
}
