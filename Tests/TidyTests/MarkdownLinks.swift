import Foundation

/// Checks that relative links of the documents lead to a file, and that no guide page is an orphan.
enum MarkdownLinks {
    static func targets(in text: String) -> [(line: Int, path: String)] {
        var found: [(Int, String)] = []
        var isFenced = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") { isFenced.toggle() }
            if isFenced { continue }
            for match in line.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/) where !match.output.1.contains("://") {
                found.append((index + 1, String(match.output.1)))
            }
        }
        return found
    }

    static func broken(in file: SourceFile, exists: @escaping (String) -> Bool) -> [Finding] {
        let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
        return Self.targets(in: file.text)
            .filter { !exists(folder.isEmpty ? $0.path : "\(folder)/\($0.path)") }
            .map { Finding(path: file.path, line: $0.line, message: "link to '\($0.path)' leads nowhere") }
    }

    /// Pages below `docs/` that no other page links to, by file name.
    static func orphans(_ pages: [SourceFile]) -> [String] {
        let linked = Set(
            pages.flatMap { page in Self.targets(in: page.text).map { $0.path.split(separator: "/").last ?? "" } }
        )
        return pages.filter { $0.path.hasPrefix("docs/") }
            .filter { page in !linked.contains(page.path.split(separator: "/").last ?? "") }
            .map(\.path)
    }
}
