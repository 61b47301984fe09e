import Foundation
import MartletTesting

/// The targets that each target declares it may import.
struct Arrows: Decodable {
    struct Target: Decodable {
        struct Dependency: Decodable {
            let byName: [String?]?
            let product: [JSONAny?]?
            let target: [JSONAny?]?
        }

        let name: String
        let dependencies: [Dependency]

        var declared: Set<String> {
            Set(
                self.dependencies
                    .flatMap { [$0.byName?.first ?? nil, $0.product?.first??.text, $0.target?.first??.text] }
                    .compactMap { $0 }
            )
        }
    }

    let targets: [Target]

    /// Reads the manifest through `swift package dump-package`.
    static func load() throws -> Arrows {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "martlet-tidy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let dump = try TestProgram.run([
            "swift", "package", "--package-path", SourceTree.root.path, "--scratch-path", scratch.path, "dump-package",
        ])
        return try JSONDecoder().decode(Arrows.self, from: dump.bytes)
    }

    /// Every import of one of our modules that the importer's target does not declare.
    func undeclaredImports(in files: [SourceFile]) -> [Finding] {
        let ours = Set(self.targets.map(\.name))
        let declared = Dictionary(uniqueKeysWithValues: self.targets.map { ($0.name, $0.declared) })
        let pattern =
            /^\s*(@testable\s+)?((package|public|internal|private|fileprivate)\s+)?import\s+(struct\s+|class\s+|func\s+)?(\w+)/
        var findings: [Finding] = []
        for file in files {
            for (index, line) in file.code.enumerated() {
                guard let match = line.firstMatch(of: pattern) else { continue }
                let module = String(match.output.5)
                guard ours.contains(module), declared[file.target]?.contains(module) != true else { continue }
                let message = "target \(file.target) imports \(module) without declaring it"
                findings.append(Finding(path: file.path, line: index + 1, message: message))
            }
        }
        return findings
    }

    /// Imports that the design forbids even when declared: servers never reach stores or engines, tests' helpers stay out.
    static func forbiddenArrows(_ targets: [Target]) -> [String] {
        let never: [(String, String)] = [
            ("MartletServer", "MartletStores"), ("MartletServer", "MartletEngines"),
            ("MartletIngest", "MartletEngines"),
            ("MartletFeatures", "MartletEngines"), ("MartletTracking", "MartletEngines"),
        ]
        let byName = Dictionary(uniqueKeysWithValues: targets.map { ($0.name, $0.declared) })
        let broken = never.filter { byName[$0.0]?.contains($0.1) == true }.map { "\($0.0) -> \($0.1)" }
        let helpers = targets.filter { !$0.name.hasSuffix("Tests") && $0.declared.contains("MartletTesting") }
        return broken + helpers.map { "\($0.name) -> MartletTesting" }
    }
}

/// A JSON value of which only text matters.
struct JSONAny: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        self.text = try? decoder.singleValueContainer().decode(String.self)
    }
}
