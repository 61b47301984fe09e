import Testing

/// A failing example for each rule, so that no rule can be dead.
struct RuleExamplesTests {
    private func file(_ text: String, path: String = "Sources/MartletCore/Example.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test func `a file of 501 lines is too long and one of 500 is not`() {
        #expect(Rules.fileLength(self.file(String(repeating: "\n", count: 501))).count == 1)
        #expect(Rules.fileLength(self.file(String(repeating: "\n", count: 500))).isEmpty)
    }

    @Test func `a function of 71 lines is too long and one of 70 is not`() {
        func function(_ inner: Int) -> String { "func f() {\n" + String(repeating: "    g()\n", count: inner) + "}\n" }
        #expect(Rules.functionLength(self.file(function(69))).map(\.message) == ["function of 71 lines, at most 70"])
        #expect(Rules.functionLength(self.file(function(68))).isEmpty)
    }

    @Test func `a long closure default in the signature does not end the function early`() {
        let text = "func f(\n    x: () -> Int = { 1 }\n) {\n" + String(repeating: "    g()\n", count: 70) + "}\n"
        #expect(Rules.functionLength(self.file(text)).count == 1)
    }

    @Test(arguments: [
        "print(1)", "let x = try! f()", "// TODO later", "let y = 1 // FIXME", "fatalError()",
    ])
    func `a banned word is found`(code: String) {
        #expect(Rules.bannedWords(self.file(code)).isEmpty == false)
    }

    @Test(arguments: ["let text = \"print(1)\"", "self.print(1)", "// prints (1)", "let s = #\"try!\"#"])
    func `a word in a string or a method of that name is not`(code: String) {
        #expect(Rules.bannedWords(self.file(code)).isEmpty)
    }

    @Test func `a sleep in a test is found`() {
        let text = "try await Task.sleep(for: .seconds(1))"
        #expect(Rules.bannedWords(self.file(text, path: "Tests/MartletCoreTests/A.swift")).count == 1)
    }

    @Test func `a phrase that stands twice is found, and one that only a template names`() {
        let first = self.file("Phrase(\"runs\", \"Runs\", \"실행\")", path: "Words/A.swift")
        let second = self.file("\nPhrase(\n    \"runs\", \"Runs\", \"실행\")", path: "Words/B.swift")
        #expect(PhraseKeys.repeated(in: [first]) == [])
        #expect(
            PhraseKeys.repeated(in: [first, second])
                == [
                    Finding(
                        path: "Words/B.swift",
                        line: 2,
                        message: "the phrase 'runs' stands in Words/A.swift:1 already"
                    )
                ]
        )
        let template = self.file("<h1>{{t.runs}}</h1>{{t.runs.none}}", path: "runs.mustache")
        #expect(PhraseKeys.missing(in: [template], lists: [first]).map(\.message) == ["there is no phrase 'runs.none'"])
        let rule = self.file("Remark(\n    \"gate.open\", \"open\")", path: "Rule.swift")
        #expect(
            PhraseKeys.unsaid(in: [rule], lists: [first]).map(\.message) == ["there is no phrase 'remark.gate.open'"]
        )
        let said = self.file("Phrase(\"remark.gate.open\", \"open\", \"미정\")", path: "Words/C.swift")
        #expect(PhraseKeys.unsaid(in: [rule], lists: [said]) == [])
        let bare = self.file("AlertFinding(\n    .slow,\n    about: \"x\",\n    summary: \"slow\")", path: "A.swift")
        #expect(PhraseKeys.uncoded(in: [bare]).map(\.line) == [4])
        let coded = self.file("AlertFinding(.slow, about: \"x\", summary: Remark(\"a.b\", \"c\"))", path: "A.swift")
        #expect(PhraseKeys.uncoded(in: [coded]) == [])
    }

    @Test func `unchecked Sendable needs its reason`() {
        #expect(Rules.uncheckedSendable(self.file("final class A: @unchecked Sendable {}")).count == 1)
        let explained = "// Safe because it is immutable.\nfinal class A: @unchecked Sendable {}"
        #expect(Rules.uncheckedSendable(self.file(explained)).isEmpty)
    }

    @Test func `unsafe code is found outside the engines only`() {
        let text = "let x = unsafe pointer.pointee"
        #expect(Rules.unsafeCode(self.file(text)).count == 1)
        #expect(Rules.unsafeCode(self.file(text, path: "Sources/MartletEngines/A.swift")).isEmpty)
    }

    @Test func `a package declaration without a doc comment is found`() {
        #expect(Rules.documentation(self.file("package struct A {}")).count == 1)
        #expect(Rules.documentation(self.file("/// A thing.\npackage struct A {}")).isEmpty)
        #expect(Rules.documentation(self.file("/// A thing.\n@frozen\npackage struct A {}")).isEmpty)
        #expect(Rules.documentation(self.file("struct A {}")).isEmpty)
        #expect(Rules.documentation(self.file("    package func read() {}")).count == 1)
    }

    @Test func `a function that implements a documented requirement needs no comment, another of its name does`() {
        let contract = self.file("package protocol Store: Base {\n    /// Reads.\n    func read()\n    func write()\n}")
        let type = "package struct FileStore: Sendable, Store {\n    package func read() {}\n}"
        let stranger = "package struct Reader: Sendable {\n    package func read() {}\n}"
        let requirements = Requirements(in: [contract, self.file(type), self.file(stranger)])
        #expect(requirements.functions == ["Store": ["read"]])
        #expect(Rules.documentation(self.file("/// A.\n" + type), requirements: requirements).isEmpty)
        #expect(Rules.documentation(self.file("/// A.\n" + stranger), requirements: requirements).map(\.line) == [3])
        let later = "extension FileStore {\n    package func read() {}\n    package func write() {}\n}"
        #expect(Rules.documentation(self.file(later), requirements: requirements).map(\.line) == [3])
    }

    @Test func `an undeclared import is found`() {
        let targets = [
            Arrows.Target(name: "A", dependencies: [.init(byName: ["B"], product: nil, target: nil)]),
            Arrows.Target(name: "B", dependencies: []), Arrows.Target(name: "C", dependencies: []),
        ]
        let file = SourceFile(path: "Sources/A/A.swift", text: "import B\npackage import C\nimport Foundation")
        let findings = Arrows(targets: targets).undeclaredImports(in: [file])
        #expect(findings.map(\.message) == ["target A imports C without declaring it"])
    }

    @Test func `a forbidden arrow is found`() {
        let server = Arrows.Target(
            name: "MartletServer",
            dependencies: [.init(byName: ["MartletStores"], product: nil, target: nil)]
        )
        #expect(Arrows.forbiddenArrows([server]) == ["MartletServer -> MartletStores"])
    }

    @Test func `a broken link and an orphan are found`() {
        let page = SourceFile(path: "docs/a.md", text: "see [b](b.md) and [web](https://example.org)")
        #expect(MarkdownLinks.broken(in: page) { _ in false }.map(\.message) == ["link to 'b.md' leads nowhere"])
        #expect(MarkdownLinks.orphans([page]) == ["docs/a.md"])
    }
}
