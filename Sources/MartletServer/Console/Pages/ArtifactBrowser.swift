import Foundation
import MartletCore
import MartletTracking

/// The files of a run or version as a tree, with a preview of the chosen one.
struct ArtifactBrowser: Sendable {
    /// The most bytes of a text that a preview reads.
    static let textByteLimit: Int64 = 400_000
    /// The largest image a preview shows.
    static let imageByteLimit: Int64 = 40_000_000
    static let rowLimit = 200

    /// How a file is previewed.
    enum Kind: Sendable, Equatable {
        case image(String)
        case json
        case table(Character)
        case markdown
        case text
        case other

        /// Goes by the name alone.
        init(name: String) {
            let name = name.lowercased()
            let ending = name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
            switch name.contains(".") ? ending : name {
            case "png": self = .image("image/png")
            case "jpg", "jpeg": self = .image("image/jpeg")
            case "gif": self = .image("image/gif")
            case "webp": self = .image("image/webp")
            case "svg": self = .image("image/svg+xml")
            case "json": self = .json
            case "csv": self = .table(",")
            case "tsv": self = .table("\t")
            case "md", "markdown": self = .markdown
            case "txt", "yaml", "yml", "log", "py", "sql", "toml", "xml", "html", "mlmodel", "cfg", "ini", "sh", "r",
                "jsonl", "requirements", "license":
                self = .text
            default: self = .other
            }
        }
    }

    let visit: ConsoleVisit
    let artifacts: any ArtifactStore
    let root: ArtifactPath
    /// The page's own address.
    let page: String
    /// Below which address the bytes lie.
    let files: String

    /// The tree, and a preview of the file that the query names.
    func view() async throws -> View {
        let chosen = try self.visit.query["path"].map { try self.root.appending($0) }
        let entry: ArtifactEntry?
        if let chosen {
            entry = try await self.artifacts.entry(at: chosen)
            if entry == nil {
                throw ConsoleProblem.missing(self.visit.words, "missing.file", self.visit.query["path"] ?? "")
            }
        } else {
            entry = nil
        }
        var rows: [View] = []
        try await self.addRows(of: self.root, depth: 0, chosen: chosen, to: &rows)
        var view: View = ["rows": rows, "hasRows": !rows.isEmpty]
        if let entry, !entry.isFolder {
            view = view.merging(try await self.preview(entry))
        } else {
            view["isNothingChosen"] = !rows.isEmpty
        }
        return view
    }

    private func relative(_ path: ArtifactPath) -> String {
        String(path.description.dropFirst(self.root.description.count + 1))
    }

    private func addRows(of folder: ArtifactPath, depth: Int, chosen: ArtifactPath?, to rows: inout [View]) async throws
    {
        let entries = try await self.artifacts.list(folder)
        let isOnlyFolder = depth == 0 && entries.count == 1 && entries[0].isFolder
        for entry in entries.prefix(2_000) {
            let isOpen =
                entry.isFolder
                && (isOnlyFolder && chosen == nil || chosen == entry.path
                    || chosen?.description.hasPrefix(entry.path.description + "/") == true)
            rows.append([
                "fileName": entry.path.lastComponent, "depthClass": "d\(min(8, depth))", "isFolder": entry.isFolder,
                "isOpen": isOpen, "isChosen": entry.path == chosen,
                "fileAddress": FormText().setting("path", self.relative(entry.path)).after(self.page),
                "size": entry.byteCount.map { Figures.bytes($0) },
            ])
            if isOpen { try await self.addRows(of: entry.path, depth: depth + 1, chosen: chosen, to: &rows) }
        }
    }

    private func preview(_ entry: ArtifactEntry) async throws -> View {
        let size = entry.byteCount ?? 0
        let name = entry.path.lastComponent
        let address = Address.below(self.files, self.relative(entry.path))
        var view: View = [
            "chosenName": name, "chosenSize": Figures.bytes(size), "downloadAddress": address + "?download=1",
            "chosenPath": self.relative(entry.path),
        ]
        let kind = Kind(name: name)
        if case .image = kind {
            if size <= Self.imageByteLimit { view["imageAddress"] = address }
            return view
        }
        let bytes = try await self.head(of: entry.path, size: size)
        let isCut = size > Self.textByteLimit
        let text = String(decoding: bytes, as: UTF8.self)
        view["isCut"] = isCut
        switch kind {
        case .json where !isCut:
            view["previewMarkup"] = (try? JSONValue(parsing: bytes)).map(JSONHTML.markup) ?? Self.plain(text)
        case .table(let separator): self.addTable(text, separator, isCut, to: &view)
        case .markdown: view["documentMarkup"] = MarkdownHTML.markup(text)
        case .other where bytes.prefix(8_000).contains(0): view["isBinary"] = true
        default: view["previewMarkup"] = Self.plain(text)
        }
        return view
    }

    private func addTable(_ text: String, _ separator: Character, _ isCut: Bool, to view: inout View) {
        let rows = CSVRows.read(text, separator: separator, limit: Self.rowLimit + 1, isCut: isCut)
        guard let heads = rows.first else { return }
        let isNumeric = heads.indices.map { column in
            let cells = rows.dropFirst().compactMap { column < $0.count && !$0[column].isEmpty ? $0[column] : nil }
            return !cells.isEmpty && cells.allSatisfy { Double($0) != nil }
        }
        func cells(_ row: [String]) -> [View] {
            row.enumerated()
                .map { index, cell in
                    ["text": cell, "cellClass": index < isNumeric.count && isNumeric[index] ? "number" : ""]
                }
        }
        view["hasTable"] = true
        view["tableHeads"] = cells(heads)
        view["tableRows"] = rows.dropFirst().map { ["cells": cells($0)] as View }
        view["isCut"] = isCut || rows.count > Self.rowLimit
    }

    private static func plain(_ text: String) -> Markup { Markup("<pre><code>\(Markup.escape(text))</code></pre>") }

    private func head(of path: ArtifactPath, size: Int64) async throws -> Data {
        let collected = Collected()
        try await self.artifacts.read(path, range: 0..<min(size, Self.textByteLimit)) { collected.append($0) }
        return collected.bytes
    }
}
