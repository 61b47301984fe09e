import MartletTracking

/// The files of a run.
struct RunArtifactsPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let head = try await RunHead(self.visit, self.context)
        let address = Address.of("runs", head.run.id.description)
        let browser = ArtifactBrowser(
            visit: self.visit,
            artifacts: self.context.artifacts,
            root: head.run.artifactFolder,
            page: address + "/artifacts",
            files: address + "/files"
        )
        return ConsolePage(
            template: "artifacts",
            title: "\(head.run.name) · \(self.visit.words["tab.artifacts"])",
            section: .experiments,
            view: head.view(self.visit, tab: .artifacts).merging(try await browser.view())
        )
    }

    /// The file the address names.
    func file() async throws -> ConsoleAnswer {
        let head = try await RunHead(self.visit, self.context)
        return .file(
            try await Self.entry(
                below: head.run.artifactFolder,
                self.visit.components.dropFirst(3).joined(separator: "/"),
                self.visit,
                self.context
            )
        )
    }

    /// The file `name` below `folder`.
    static func entry(
        below folder: ArtifactPath,
        _ name: String,
        _ visit: ConsoleVisit,
        _ context: ConsoleContext
    ) async throws -> ArtifactEntry {
        let path = try folder.appending(name)
        guard let entry = try await context.artifacts.entry(at: path), !entry.isFolder else {
            throw ConsoleProblem.missing(visit.words, "missing.file", name)
        }
        return entry
    }
}
