/// Which protocols the types of a tree conform to, and which functions these protocols require and document.
///
/// A member that implements such a requirement takes its words from the protocol.
struct Requirements {
    /// The documented functions of each protocol of the tree.
    private(set) var functions: [String: Set<String>] = [:]
    /// What each type, extension and protocol names after its colon.
    private var conformances: [String: Set<String>] = [:]

    /// Reads every declaration of `files`.
    init(in files: [SourceFile] = []) {
        for file in files { self.read(file) }
    }

    /// Whether `name` is a documented function of a protocol that `type` conforms to, itself or through another.
    func contain(_ name: String, of type: String) -> Bool {
        var seen: Set<String> = []
        var open = [type]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            if self.functions[next]?.contains(name) == true { return true }
            open += self.conformances[next] ?? []
        }
        return false
    }

    /// The type whose body the line at `index` lies in, by indentation, or `nil` at the top of a file.
    static func type(around index: Int, in code: [Substring]) -> (kind: Substring, name: String)? {
        var limit = Self.indentation(code[index])
        for line in code[..<index].reversed() where !line.allSatisfy(\.isWhitespace) && Self.indentation(line) < limit {
            if let head = Self.head(line) { return head }
            limit = Self.indentation(line) + 1
        }
        return nil
    }

    private mutating func read(_ file: SourceFile) {
        let code = file.code
        // Outside the loop: a pattern is parsed anew wherever it stands.
        let requirement = /^\s+(static |mutating )?func (\w+)/
        for (index, line) in code.enumerated() {
            if let head = Self.head(line) {
                let declaration = code[index...].prefix(12).joined(separator: " ").prefix { $0 != "{" }
                let clause = declaration.drop { $0 != ":" }.split(separator: " where ").first ?? ""
                let names = clause.matches(of: /\b[A-Z]\w*/).map { String($0.output) }
                self.conformances[head.name, default: []].formUnion(names)
            }
            guard line.contains("func "), let match = line.firstMatch(of: requirement) else { continue }
            guard let owner = Self.type(around: index, in: code), owner.kind == "protocol" else { continue }
            if Rules.isDocumented(index, in: file.lines) {
                self.functions[owner.name, default: []].insert(String(match.output.2))
            }
        }
    }

    /// The kind and the last name of the type that a line declares or extends.
    private static func head(_ line: Substring) -> (kind: Substring, name: String)? {
        let words = line.split(separator: " ", maxSplits: 8).drop { self.modifiers.contains($0) || $0.hasPrefix("@") }
        guard let kind = words.first, self.kinds.contains(kind), let text = words.dropFirst().first else { return nil }
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
        guard let last = name.split(separator: ".").last else { return nil }
        return (kind, String(last))
    }

    private static let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "extension", "protocol"]
    private static let modifiers: Set<Substring> = [
        "package", "public", "private", "fileprivate", "final", "indirect", "nonisolated",
    ]

    private static func indentation(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }
}
