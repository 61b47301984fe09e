import Foundation

/// The house rules that the formatter cannot hold, as functions from a file to what is wrong with it.
enum Rules {
    static let fileLineLimit = 500
    static let functionLineLimit = 70

    static func fileLength(_ file: SourceFile) -> [Finding] {
        let count = file.lines.count - 1
        guard count > Self.fileLineLimit else { return [] }
        return [Finding(path: file.path, line: count, message: "\(count) lines, at most \(Self.fileLineLimit)")]
    }

    static func functionLength(_ file: SourceFile) -> [Finding] {
        let lines = file.code
        let declaration = /(^|\s)(func\s|init[?]?[(<]|subscript[(<])/
        var findings: [Finding] = []
        for (start, line) in lines.enumerated()
        where Self.mentions(["func", "init", "subscript"], line) && line.firstMatch(of: declaration) != nil {
            guard let end = Self.endOfBody(lines, from: start), end - start + 1 > Self.functionLineLimit else {
                continue
            }
            let message = "function of \(end - start + 1) lines, at most \(Self.functionLineLimit)"
            findings.append(Finding(path: file.path, line: start + 1, message: message))
        }
        return findings
    }

    /// The line of the brace that closes the first body opened at or after `start`, or `nil` for a requirement.
    private static func endOfBody(_ lines: [Substring], from start: Int) -> Int? {
        var depth = 0
        var parentheses = 0
        var opened = false
        for index in start..<lines.count {
            for character in lines[index] {
                switch character {
                case "(": parentheses += 1
                case ")": parentheses -= 1
                case "{" where parentheses == 0 || opened:
                    depth += 1
                    opened = true
                case "}" where parentheses == 0 || opened:
                    depth -= 1
                    if !opened { return nil }
                default: break
                }
            }
            if opened, depth <= 0 { return index }
        }
        return nil
    }

    /// Calls and words that have a better way here.
    static func bannedWords(_ file: SourceFile) -> [Finding] {
        let isTest = file.path.hasPrefix("Tests/")
        var bans: [(Regex<AnyRegexOutput>, String)] = [
            (Regex(/(^|[^\w.])print\(/), "print: write through the command's output"),
            (Regex(/\btry!/), "try!: handle the error"),
            (Regex(/\bFIXME\b|\bTODO\b/), "leftover: do it, drop it, or write a decision record"),
        ]
        if !isTest { bans.append((Regex(/\bfatalError\(/), "fatalError: throw, or state a precondition")) }
        if isTest { bans.append((Regex(/\bTask\.sleep\b/), "Task.sleep in a test: wait for the event")) }
        let isRuleBook = file.path.hasPrefix("Tests/TidyTests/")
        var findings: [Finding] = []
        let words = ["print(", "try!", "FIXME", "TODO", "fatalError(", "Task.sleep"]
        for (index, line) in (isRuleBook ? [] : file.code).enumerated() where Self.mentions(words, line) {
            for (pattern, message) in bans where line.firstMatch(of: pattern) != nil {
                findings.append(Finding(path: file.path, line: index + 1, message: message))
            }
        }
        if !isRuleBook {
            let comments = file.lines.enumerated()
                .filter { Self.mentions(["FIXME", "TODO"], $0.element) }
                .filter { $0.element.firstMatch(of: /\/\/.*\b(FIXME|TODO)\b/) != nil }
            findings += comments.map { Finding(path: file.path, line: $0.offset + 1, message: "leftover in a comment") }
        }
        return findings
    }

    /// `@unchecked Sendable` needs its reason in a line above that starts with `// Safe because`.
    static func uncheckedSendable(_ file: SourceFile) -> [Finding] {
        let code = file.code
        return code.enumerated()
            .filter { index, line in
                guard line.contains("@unchecked Sendable") else { return false }
                var above = index - 1
                while above >= 0, file.lines[above].drop(while: \.isWhitespace).hasPrefix("//") {
                    if file.lines[above].contains("// Safe because") { return false }
                    above -= 1
                }
                return true
            }
            .map { index, _ in
                Finding(path: file.path, line: index + 1, message: "@unchecked Sendable without '// Safe because'")
            }
    }

    /// `unsafe` belongs to the one target that talks to C.
    static func unsafeCode(_ file: SourceFile) -> [Finding] {
        guard file.target != "MartletEngines", file.path.hasPrefix("Sources/") else { return [] }
        let pattern = /(^|[^\w.])unsafe\s+[\w(]|nonisolated\(unsafe\)|@unsafe\b|@safe\b/
        return file.code.enumerated()
            .filter { Self.mentions(["safe"], $0.element) && $0.element.firstMatch(of: pattern) != nil }
            .map { Finding(path: file.path, line: $0.offset + 1, message: "unsafe code outside MartletEngines") }
    }

    /// Every `package` and `public` declaration says what it is.
    ///
    /// A member that implements a requirement takes its words from the protocol, so members that implement a documented
    /// requirement of the tree (`requirements`) or have the name of a well-known one of the libraries are exempt.
    static func documentation(_ file: SourceFile, requirements: Requirements = Requirements()) -> [Finding] {
        let declaration =
            /^\s*(@\w+(\([^)]*\))?\s+)*(package|public)\s+((static|final|mutating|nonisolated|indirect|private\(set\)|borrowing|consuming)\s+)*(func|struct|class|enum|actor|protocol|init|typealias|subscript)\b\s*(\w*)(.*)/
        let lines = file.code
        var findings: [Finding] = []
        for (index, line) in lines.enumerated() {
            guard Self.mentions(["package", "public"], line), let match = line.firstMatch(of: declaration) else {
                continue
            }
            let kind = String(match.output.6)
            let name = String(match.output.7)
            if kind == "func", name.isEmpty || Self.knownRequirements.contains(name) { continue }
            if kind == "func", let type = Requirements.type(around: index, in: lines) {
                if requirements.contain(name, of: type.name) { continue }
            }
            if kind == "init", Self.knownInitialisers.contains(where: { match.output.8.hasPrefix($0) }) { continue }
            if !Self.isDocumented(index, in: file.lines) {
                findings.append(Finding(path: file.path, line: index + 1, message: "no doc comment"))
            }
        }
        return findings
    }

    /// Whether one of `words` is in `line`: what is asked before an expression is tried, which takes far longer.
    private static func mentions(_ words: [String], _ line: Substring) -> Bool {
        words.contains { line.utf8.firstRange(of: $0.utf8) != nil }
    }

    /// Whether a doc comment stands above the declaration at `index`.
    static func isDocumented(_ index: Int, in lines: [Substring]) -> Bool {
        var above = index - 1
        while above >= 0, Self.isAside(lines[above]) { above -= 1 }
        return above >= 0 && lines[above].drop(while: \.isWhitespace).hasPrefix("///")
    }

    /// Whether a line may stand between a doc comment and its declaration: an attribute or a remark.
    private static func isAside(_ line: Substring) -> Bool {
        let text = line.drop(while: \.isWhitespace)
        return text.hasPrefix("@") || (text.hasPrefix("//") && !text.hasPrefix("///"))
    }

    /// Requirements of Swift's own and the libraries' protocols.
    private static let knownRequirements: Set = ["encode", "hash", "next", "handle", "run"]

    /// Initialisers that a protocol of Swift or of Martlet's documents requires.
    private static let knownInitialisers = [
        "(from decoder", "(from reader: ObjectReader)", "(stringLiteral", "(integerLiteral", "(booleanLiteral",
        "(floatLiteral", "(arrayLiteral", "(dictionaryLiteral",
    ]
}
