import Foundation
import MartletMonitoring

/// Reads how much of the host is used; what the system does not tell stays `nil`.
struct HostReader: Sendable {
    private let folder: String
    private var busy: (used: Double, all: Double)?

    /// Looks at the host, and at the disk that holds `folder`.
    init(folder: String) { self.folder = folder }

    /// Reads once; CPU is used as it was since the read before.
    mutating func read() -> HostUse {
        var use = HostUse()
        use.disk = Self.disk(self.folder)
        use.memory = Self.memory()
        if let (open, limit) = Self.files(), limit > 0 { use.files = Double(open) / limit }
        if let now = Self.processors() {
            if let before = self.busy, now.all > before.all {
                use.processor = (now.used - before.used) / (now.all - before.all)
            }
            self.busy = now
        }
        return use
    }

    /// The used share of the disk that holds `folder`.
    static func disk(_ folder: String) -> Double? {
        guard let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder),
            let size = (facts[.systemSize] as? NSNumber)?.doubleValue, size > 0,
            let free = (facts[.systemFreeSize] as? NSNumber)?.doubleValue
        else { return nil }
        return 1 - free / size
    }

    /// The open files of this process, and how many there may be.
    static func files() -> (open: Int, limit: Double)? {
        guard let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
            let limits = try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8),
            let line = limits.split(separator: "\n").first(where: { $0.hasPrefix("Max open files") }),
            let limit = line.dropFirst("Max open files".count).split(separator: " ").first.flatMap({ Double($0) })
        else { return nil }
        return (open, limit)
    }

    /// What is not available to a new process, as a share.
    private static func memory() -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        func value(_ name: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
                .split(separator: " ").dropFirst().first.flatMap { Double($0) }
        }
        guard let all = value("MemTotal"), all > 0, let free = value("MemAvailable") else { return nil }
        return 1 - free / all
    }

    /// The time of all processors since the start of the host; waiting for a disk counts as idle.
    private static func processors() -> (used: Double, all: Double)? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") })
        else { return nil }
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard ticks.count >= 5 else { return nil }
        let all = ticks.reduce(0, +)
        return (all - ticks[3] - ticks[4], all)
    }
}
