import Foundation
import MartletEngines
import MartletIngest

/// A folder for the bytes of one fetch that cannot go to their receiver as they come.
///
/// What a killed run left is removed by the next one.
struct FetchSpool {
    private let folder: URL

    /// Makes a folder below `root`.
    init(below root: String) throws {
        let root = URL(fileURLWithPath: root)
        IncomingFolder.removeAbandoned(in: root)
        self.folder = root.appendingPathComponent(IncomingFolder.ofThisProcess().name)
        try FileDurability.makeFolder(self.folder.path)
    }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { self.folder.appendingPathComponent(name).path }

    /// The size of a file in bytes; 0 when there is none.
    func size(_ name: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: self.path(name))
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    /// Hands the bytes of a file to `receiver`, as one page.
    func send(_ name: String, to receiver: any RawReceiver) throws {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: self.path(name)))
        defer { try? handle.close() }
        while let block = try handle.read(upToCount: 1 << 20), !block.isEmpty { try receiver.append(block) }
        try receiver.endPage()
    }

    /// The end of a text file, at most `limit` characters.
    func tail(_ name: String, limit: Int) -> String {
        guard let handle = FileHandle(forReadingAtPath: self.path(name)) else { return "" }
        defer { try? handle.close() }
        let size = self.size(name)
        try? handle.seek(toOffset: UInt64(max(0, size - limit * 4)))
        let bytes = (try? handle.readToEnd()) ?? Data()
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).suffix(5).joined(separator: " | ")
        return lines.count > limit ? "…" + String(lines.suffix(limit)) : lines
    }

    /// Removes the folder.
    func remove() { try? FileManager.default.removeItem(at: self.folder) }
}
