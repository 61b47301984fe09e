import Foundation

/// The name of a folder that one run of one process receives bytes in: `.incoming-<host>-<process>-<random>`.
struct IncomingFolder {
    private static let prefix = ".incoming-"
    private static let patience: TimeInterval = 24 * 60 * 60

    let host: String
    let process: Int32
    private let random: String

    /// A folder that no other run has.
    static func ofThisProcess() -> Self {
        let information = ProcessInfo.processInfo
        return Self(host: information.hostName, process: information.processIdentifier, random: UUID().uuidString)
    }

    /// The folder's name.
    var name: String { Self.prefix + "\(self.host)-\(self.process)-\(self.random.prefix(8))" }

    private init(host: String, process: Int32, random: String) {
        self.host = host
        self.process = process
        self.random = random
    }

    private init?(name: String) {
        let parts = name.dropFirst(Self.prefix.count).split(separator: "-")
        guard parts.count >= 3, let process = Int32(parts[parts.count - 2]) else { return nil }
        self.init(
            host: parts.dropLast(2).joined(separator: "-"),
            process: process,
            random: String(parts[parts.count - 1])
        )
    }

    /// Removes what runs left in the folder of a source: of this host when their process is gone, of others after a day.
    static func removeAbandoned(in folder: URL) {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
        where name.hasPrefix(self.prefix) {
            let path = folder.appendingPathComponent(name).path
            let changed = (try? files.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            let isOld = changed.map { $0.timeIntervalSinceNow < -self.patience } ?? false
            if Self(name: name)?.isAlive ?? !isOld { continue }
            try? files.removeItem(atPath: path)
        }
    }

    /// Whether the process lives, or `nil` when it belongs to another host.
    private var isAlive: Bool? {
        guard self.host == ProcessInfo.processInfo.hostName else { return nil }
        // Signal 0 asks only; a process of another user lives too.
        return kill(self.process, 0) == 0 || errno == EPERM
    }
}
