import Foundation
import Testing

/// The rules, held against the whole tree; what is wrong is listed in the failure.
struct HouseRulesTests {
    @Test(arguments: [
        Rules.fileLength, Rules.functionLength, Rules.bannedWords, Rules.uncheckedSendable, Rules.unsafeCode,
    ])
    func `sources and tests keep the rule`(rule: @Sendable (SourceFile) -> [Finding]) {
        let files = SourceTree.swiftSources + SourceTree.swiftTests
        #expect(files.count > 50)
        #expect(files.flatMap(rule) == [])
    }

    @Test func `every package declaration is documented`() {
        let requirements = Requirements(in: SourceTree.swiftSources)
        #expect(requirements.functions.count > 10)
        let findings = SourceTree.swiftSources.flatMap { Rules.documentation($0, requirements: requirements) }
        #expect(findings == [])
    }

    @Test func `every import is declared by its target`() throws {
        let arrows = try Arrows.load()
        #expect(arrows.undeclaredImports(in: SourceTree.swiftSources + SourceTree.swiftTests) == [])
        #expect(Arrows.forbiddenArrows(arrows.targets) == [])
    }

    @Test func `links in documents lead somewhere, and every guide is linked`() {
        let pages = SourceTree.files(in: "", suffix: ".md")
        let exists = { (path: String) in
            FileManager.default.fileExists(atPath: SourceTree.root.appending(path: path).path)
        }
        #expect(pages.flatMap { MarkdownLinks.broken(in: $0, exists: exists) } == [])
        #expect(MarkdownLinks.orphans(pages) == [])
    }

    @Test func `every phrase of the console stands once, and every one that a template names is there`() {
        let folder = "Sources/MartletServer/Console"
        let lists = SourceTree.swiftSources.filter { $0.path.hasPrefix("\(folder)/Words/") }
        #expect(lists.count > 5)
        #expect(PhraseKeys.repeated(in: lists) == [])
        let templates = SourceTree.files(in: folder, suffix: ".mustache")
        #expect(templates.count > 20)
        #expect(PhraseKeys.missing(in: templates, lists: lists) == [])
        let rules = SourceTree.swiftSources.filter { !$0.path.hasPrefix("Sources/MartletCore/") }
        #expect(PhraseKeys.unsaid(in: rules, lists: lists) == [])
        #expect(PhraseKeys.uncoded(in: rules) == [])
    }

    @Test func `folders are named for what they hold`() {
        let banned: Set = ["Utils", "Helpers", "Common", "Managers", "New", "Legacy", "Misc"]
        let folders = Set(SourceTree.swiftSources.flatMap { $0.path.split(separator: "/").dropLast().map(String.init) })
        #expect(folders.intersection(banned) == [])
    }
}
