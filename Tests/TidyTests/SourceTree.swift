import Foundation

/// The checkout under test, found from this file's own place in it.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every file below `folder` whose name ends in `suffix`, sorted.
    ///
    /// Folders whose names begin with a dot are left out: what was built, fetched or installed lies there, with
    /// documents of its own.
    static func files(in folder: String, suffix: String) -> [SourceFile] {
        let base = Self.root.appending(path: folder)
        let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        var files: [SourceFile] = []
        while let url = walker?.nextObject() as? URL {
            if url.lastPathComponent.hasPrefix(".") {
                walker?.skipDescendants()
                continue
            }
            guard url.lastPathComponent.hasSuffix(suffix), let text = try? String(contentsOf: url, encoding: .utf8)
            else {
                continue
            }
            files.append(SourceFile(path: String(url.path.dropFirst(Self.root.path.count + 1)), text: text))
        }
        return files.sorted { $0.path < $1.path }
    }

    /// Read once for all rules.
    static let swiftSources = Self.files(in: "Sources", suffix: ".swift")

    static let swiftTests = Self.files(in: "Tests", suffix: ".swift")
}

/// One file and its text.
struct SourceFile: Sendable {
    let path: String
    let text: String
    let lines: [Substring]
    /// The lines without comments and literals.
    let code: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        self.code = path.hasSuffix(".swift") ? SwiftLexer.codeOnly(text) : self.lines
    }

    /// The target that the file belongs to: the second part of its path.
    var target: String { String(self.path.split(separator: "/").dropFirst().first ?? "") }
}

/// Something a rule found.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(self.path):\(self.line): \(self.message)" }
}
