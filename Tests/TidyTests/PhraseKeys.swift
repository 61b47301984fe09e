/// The keys of the console's phrases, as its lists of words write them.
enum PhraseKeys {
    /// Keys that stand twice, each with the places; the console cannot start with one.
    static func repeated(in files: [SourceFile]) -> [Finding] {
        var seen: [String: String] = [:]
        var findings: [Finding] = []
        for file in files {
            for match in file.text.matches(of: /Phrase\(\s*"([^"]+)"/) {
                let key = String(match.output.1)
                let line = file.text[..<match.range.lowerBound].count { $0 == "\n" } + 1
                if let first = seen[key] {
                    let message = "the phrase '\(key)' stands in \(first) already"
                    findings.append(Finding(path: file.path, line: line, message: message))
                } else {
                    seen[key] = "\(file.path):\(line)"
                }
            }
        }
        return findings
    }

    /// Sentences of rules that have a code and no phrase in other words.
    static func unsaid(in files: [SourceFile], lists: [SourceFile]) -> [Finding] {
        let known = Set(lists.flatMap { $0.text.matches(of: /Phrase\(\s*"([^"]+)"/).map { String($0.output.1) } })
        return files.flatMap { file in
            file.text.matches(of: /Remark\(\s*"([A-Za-z]+\.[A-Za-z.]+)"/).map { String($0.output.1) }
                .filter { !known.contains("remark." + $0) }
                .map { Finding(path: file.path, line: 1, message: "there is no phrase 'remark.\($0)'") }
        }
    }

    /// Lines of alerts that are a bare text, which no other language has words for.
    static func uncoded(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file in
            file.text.matches(of: /AlertFinding\([^{}]*?summary:\s*"/)
                .map { match in
                    let line = file.text[..<match.range.upperBound].count { $0 == "\n" } + 1
                    return Finding(path: file.path, line: line, message: "an alert's line is no Remark with a code")
                }
        }
    }

    /// Phrases that a template of the console names and no list has.
    static func missing(in templates: [SourceFile], lists: [SourceFile]) -> [Finding] {
        let known = Set(lists.flatMap { $0.text.matches(of: /Phrase\(\s*"([^"]+)"/).map { String($0.output.1) } })
        return templates.flatMap { file in
            file.text.matches(of: /\{\{t\.([A-Za-z.\-_]+)\}\}/).map { String($0.output.1) }
                .filter { !known.contains($0) }
                .map { Finding(path: file.path, line: 1, message: "there is no phrase '\($0)'") }
        }
    }
}
