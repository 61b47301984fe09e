import MartletTracking

/// The files of a model version.
struct VersionArtifactsPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let version = try await VersionPage(visit: self.visit, context: self.context).version()
        let address = ModelsPage.address(version.id.model, version.id.number)
        let browser = ArtifactBrowser(
            visit: self.visit,
            artifacts: self.context.artifacts,
            root: try version.artifactFolder,
            page: address + "/artifacts",
            files: address + "/files"
        )
        return ConsolePage(
            template: "version_artifacts",
            title: "\(version.id) · \(self.visit.words["tab.artifacts"])",
            section: .models,
            view: VersionBadge.view(version, self.visit)
                .merging(["modelName": version.id.model, "modelAddress": Address.of("models", version.id.model)])
                .merging(try await browser.view())
        )
    }

    /// The file the address names.
    func file() async throws -> ConsoleAnswer {
        let version = try await VersionPage(visit: self.visit, context: self.context).version()
        let name = self.visit.components.dropFirst(5).joined(separator: "/")
        return .file(
            try await RunArtifactsPage.entry(below: version.artifactFolder, name, self.visit, self.context)
        )
    }
}
