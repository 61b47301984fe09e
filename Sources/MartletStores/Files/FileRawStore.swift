import Foundation
import MartletCore
import MartletEngines
package import MartletIngest

extension ErrorCode {
    static let rawStoreFailed = ErrorCode("rawStore.failed")
}

/// Raw bytes in the file system: `<root>/<source>/YYYY-MM-DD/<sha256>`.
///
/// Bytes arrive in a folder of their run (`IncomingFolder`) and move to their name when they are durable, so a file under
/// a hash is always whole, and runs at the same moment do not meet. What a killed run left is removed by the next one.
package struct FileRawStore: RawStore {
    /// The folder of all sources.
    package let root: String

    /// Names the folder; it is made when the first batch arrives.
    package init(root: String) { self.root = root }

    package func receiver(for source: String) throws -> any RawReceiver {
        let folder = URL(fileURLWithPath: self.root).appendingPathComponent(source)
        IncomingFolder.removeAbandoned(in: folder)
        let incoming = folder.appendingPathComponent(IncomingFolder.ofThisProcess().name)
        try FileDurability.makeFolder(incoming.path)
        return FileRawReceiver(source: source, folder: folder, incoming: incoming)
    }

    /// The full path of a file named relative to the root.
    package func fullPath(_ path: String) -> String { self.root + "/" + path }
}

/// Writes pages one after the other, hashing as it goes.
private final class FileRawReceiver: RawReceiver {
    private struct Page {
        let file: URL
        let hash: ContentHash
    }

    private let source: String
    private let folder: URL
    private let incoming: URL
    private var pages: [Page] = []
    private var open: (file: URL, handle: FileHandle, hasher: ContentHasher)?
    private var byteCount = 0

    init(source: String, folder: URL, incoming: URL) {
        self.source = source
        self.folder = folder
        self.incoming = incoming
    }

    func append(_ bytes: Data) throws {
        if self.open == nil {
            let file = self.incoming.appendingPathComponent("page-\(self.pages.count + 1)")
            guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
                throw Self.failure(file, nil)
            }
            self.open = (file, try FileHandle(forWritingTo: file), ContentHasher())
        }
        guard let file = self.open?.file else { return }
        do {
            try self.open?.handle.write(contentsOf: bytes)
        } catch {
            throw Self.failure(file, error)
        }
        self.open?.hasher.update(bytes)
        self.byteCount += bytes.count
    }

    func endPage() throws {
        if self.open == nil { try self.append(Data()) }
        guard let (file, handle, hasher) = self.open else { return }
        do {
            try handle.synchronize()
            try handle.close()
        } catch {
            throw Self.failure(file, error)
        }
        self.pages.append(Page(file: file, hash: hasher.finalize()))
        self.open = nil
    }

    /// Says what kept a file from being written, a full disk above all.
    private static func failure(_ file: URL, _ error: (any Error)?) -> StoreError {
        let outer = error.map { $0 as NSError }
        let cause = (outer?.userInfo[NSUnderlyingErrorKey] as? NSError) ?? outer
        let isFull = cause.map { $0.domain == NSPOSIXErrorDomain && $0.code == Int(ENOSPC) } ?? false
        return StoreError(
            .rawStoreFailed,
            isFull
                ? "the disk is full: '\(file.path)' cannot be written, and nothing of the batch is loaded; make room, and "
                    + "load it again"
                : "cannot write '\(file.path)'; check that the disk has room and the folder is writable",
            underlying: error
        )
    }

    func land(on day: String) throws -> LandedBatch {
        if self.open != nil || self.pages.isEmpty { try self.endPage() }
        let paths = try self.pages.map { try self.place($0.file, as: $0.hash, on: day) }
        var hash = self.pages[0].hash
        var path = paths[0]
        if self.pages.count > 1 {
            // The list of pages is a raw file too, and names the batch.
            let list = Data(self.pages.map { $0.hash.description + "\n" }.joined().utf8)
            let file = self.incoming.appendingPathComponent("pages")
            try list.write(to: file)
            let handle = try FileHandle(forUpdating: file)
            try handle.synchronize()
            try handle.close()
            hash = ContentHash(of: list)
            path = try self.place(file, as: hash, on: day)
        }
        self.abandon()
        return LandedBatch(hash: hash, path: path, pages: paths, byteCount: self.byteCount)
    }

    func abandon() {
        try? self.open?.handle.close()
        self.open = nil
        try? FileManager.default.removeItem(at: self.incoming)
    }

    private func place(_ file: URL, as hash: ContentHash, on day: String) throws -> String {
        if let earlier = try self.earlierPath(of: hash) { return earlier }
        let target = self.folder.appendingPathComponent(day)
        try FileDurability.makeFolder(target.path)
        do {
            try FileManager.default.moveItem(at: file, to: target.appendingPathComponent(hash.description))
        } catch CocoaError.fileWriteFileExists {
            // Another run received the same bytes at this moment; a file under a hash is whole.
        }
        for folder in [target, self.folder] { try FileDurability.sync(folder.path) }
        return "\(self.source)/\(day)/\(hash)"
    }

    private func earlierPath(of hash: ContentHash) throws -> String? {
        let days = try FileManager.default.contentsOfDirectory(atPath: self.folder.path).sorted()
        for day in days where !day.hasPrefix(".") {
            let file = self.folder.appendingPathComponent(day).appendingPathComponent(hash.description)
            if FileManager.default.fileExists(atPath: file.path) { return "\(self.source)/\(day)/\(hash)" }
        }
        return nil
    }
}
