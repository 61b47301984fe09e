import Foundation
import MartletCore

/// The files a new workspace starts with.
struct WorkspaceTemplate: Sendable {
    /// The templates there are.
    enum Name: String, CaseIterable, Sendable {
        case apartments
        case dieCasting = "die-casting"
        case api
        case blank
    }

    /// One file, by its path in the workspace.
    struct TemplateFile: Sendable {
        let path: String
        let text: String
    }

    private let templateFiles: [TemplateFile]

    init(_ files: [TemplateFile]) { self.templateFiles = files }

    /// The template called `name`.
    static func named(_ name: Name) -> WorkspaceTemplate {
        switch name {
        case .apartments: .apartments
        case .dieCasting: .dieCasting
        case .api: .api
        case .blank: .blank
        }
    }

    /// The files for a workspace called `name`.
    func files(name: String) -> [TemplateFile] {
        let safe = Self.workspaceName(name)
        return self.templateFiles.map {
            TemplateFile(path: $0.path, text: $0.text.replacing("WORKSPACE_NAME", with: safe))
        }
    }

    /// Writes the files into `folder`, which is made when it does not exist.
    ///
    /// - Throws: `CommandError` with `workspace.folderNotEmpty` when the folder holds anything.
    func write(to folder: URL) throws {
        let manager = FileManager.default
        let present = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
        if let first = present.sorted().first {
            throw CommandError(
                .workspaceFolderNotEmpty,
                "cannot make a workspace in '\(folder.path)': it is not empty (it holds '\(first)'); "
                    + "name a new or empty folder",
                status: .invalid
            )
        }
        for file in self.files(name: folder.lastPathComponent) {
            let target = folder.appending(path: file.path)
            try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: target)
        }
    }

    /// A name that `martlet.yaml` takes, made of a folder's name.
    private static func workspaceName(_ text: String) -> String {
        let kept = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" }
        let name = String(kept.drop { !$0.isLetter })
        return name.isEmpty ? "workspace" : name
    }
}
