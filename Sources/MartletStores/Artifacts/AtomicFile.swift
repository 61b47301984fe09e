import Foundation

/// Writes a file so that a crash leaves the old one or the new one.
enum AtomicFile {
    /// Hands `body` a new file beside `path`, synchronises it, and puts it in the place of `path`.
    ///
    /// Folders on the way are made. When `body` throws, nothing changes.
    static func write(to path: String, _ body: (FileHandle) throws -> Void) throws {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent()
        try Self.makeFolder(folder.path)
        let draft = folder.appendingPathComponent(".martlet-\(UUID().uuidString)")
        do {
            try Data().write(to: draft)
            let file = try FileHandle(forWritingTo: draft)
            do {
                try body(file)
                try file.synchronize()
                try file.close()
            } catch {
                try? file.close()
                throw error
            }
            try Self.replace(url, with: draft)
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw error
        }
        try Self.synchronizeFolder(of: path)
    }

    /// Makes the folder entry of `path` durable.
    static func synchronizeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let handle = try FileHandle(forReadingFrom: folder)
        defer { try? handle.close() }
        try handle.synchronize()
    }

    private static func replace(_ url: URL, with draft: URL) throws {
        if FileManager.default.fileExists(atPath: url.path) {
            _ = try FileManager.default.replaceItemAt(url, withItemAt: draft)
        } else {
            do {
                try FileManager.default.moveItem(at: draft, to: url)
            } catch  where FileManager.default.fileExists(atPath: url.path) {
                // Another writer was first; the later one wins.
                _ = try FileManager.default.replaceItemAt(url, withItemAt: draft)
            }
        }
    }

    private static func makeFolder(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path) { return }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if parent != path { try Self.makeFolder(parent) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.synchronizeFolder(of: path)
    }
}
