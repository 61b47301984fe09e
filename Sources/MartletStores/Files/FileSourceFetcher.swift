import Foundation
package import MartletCore
package import MartletIngest

/// Brings files of a source: one path, or every match of a glob in the order of names.
package struct FileSourceFetcher: SourceFetcher {
    private let baseDirectory: String

    /// Takes the folder that relative paths start from, the workspace.
    package init(baseDirectory: String) { self.baseDirectory = baseDirectory }

    package func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        switch definition.location.place {
        case .path(let path):
            let full = self.fullPath(path)
            guard FileManager.default.fileExists(atPath: full) else {
                throw IngestError(
                    .ingestSourceNotFound,
                    "source '\(definition.name)' reads '\(path)', and there is no such file"
                        + Self.hint(for: full) + "; correct 'location.path'"
                )
            }
            return [SourceOffer(.file(full), origin: path)]
        case .glob(let glob):
            return try self.matches(of: glob)
                .filter { self.isStable($0, for: definition.location.stableFor, at: now) }
                .map { SourceOffer(.file(self.fullPath($0)), origin: $0) }
        case .url, .command, .postgres, .objects, .none:
            return []
        }
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        guard case .file(let path) = offer.place else { return FetchResult(isEmpty: true) }
        let before = Self.state(of: path)
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        while let block = try handle.read(upToCount: 1 << 20), !block.isEmpty {
            try receiver.append(block)
        }
        guard definition.location.stableFor == nil || Self.state(of: path) == before else {
            throw IngestError(
                .ingestFetchFailed,
                "'\(offer.origin)' changed while it was read, so nothing of it is loaded; it is read at the next run"
            )
        }
        try receiver.endPage()
        return FetchResult()
    }

    /// What changes when a file is written.
    private struct FileState: Equatable {
        let size: Int
        let changed: EventTime
    }

    private static func state(of path: String) -> FileState? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let changed = attributes[.modificationDate] as? Date
        else { return nil }
        return FileState(size: (attributes[.size] as? NSNumber)?.intValue ?? 0, changed: EventTime(changed))
    }

    /// Whether nothing was written to a file for a while, so that its writer is done with it.
    private func isStable(_ path: String, for span: TimeSpan?, at now: EventTime) -> Bool {
        guard let span else { return true }
        guard let state = Self.state(of: self.fullPath(path)) else { return false }
        return state.changed <= now - span
    }

    private func fullPath(_ path: String) -> String {
        path.hasPrefix("/") ? path : self.baseDirectory + "/" + path
    }

    private static func hint(for path: String) -> String {
        let file = URL(fileURLWithPath: path)
        let folder = file.deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return NearestName.find(file.lastPathComponent, among: names).map { "; '\($0)' lies beside it" } ?? ""
    }

    /// Walks the parts of the glob: `*` and `?` match within one name, `**` any folders.
    package func matches(of glob: String) throws -> [String] {
        var found = [glob.hasPrefix("/") ? "/" : ""]
        for part in glob.split(separator: "/").map(String.init) {
            found =
                found.flatMap { prefix -> [String] in
                    if part == "**" { return self.foldersBelow(prefix) }
                    guard part.contains("*") || part.contains("?") else { return [prefix + part] }
                    return self.names(in: prefix).filter { Self.matches($0[...], part[...]) }.map { prefix + $0 }
                }
                .map { $0.isEmpty || $0.hasSuffix("/") ? $0 : $0 + "/" }
        }
        let files = found.map { String($0.hasSuffix("/") ? $0.dropLast() : $0[...]) }
        return
            files.filter { file in
                FileManager.default.fileExists(atPath: self.fullPath(file)) && !self.isFolder(file)
            }
            .sorted()
    }

    private func isFolder(_ path: String) -> Bool {
        let values = try? URL(fileURLWithPath: self.fullPath(path)).resourceValues(forKeys: [.isDirectoryKey])
        return values?.isDirectory ?? false
    }

    private func names(in prefix: String) -> [String] {
        let folder = prefix.isEmpty ? self.baseDirectory : self.fullPath(prefix)
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }
    }

    private func foldersBelow(_ prefix: String) -> [String] {
        [prefix]
            + self.names(in: prefix)
            .filter { name in
                self.isFolder(prefix + name)
            }
            .flatMap { self.foldersBelow(prefix + $0 + "/") }
    }

    private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return self.matches(name, pattern.dropFirst()) || (!name.isEmpty && self.matches(name.dropFirst(), pattern))
        }
        guard let character = name.first, first == "?" || first == character else { return false }
        return self.matches(name.dropFirst(), pattern.dropFirst())
    }
}
