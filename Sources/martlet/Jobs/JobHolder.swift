import Foundation
import MartletCore

/// The name under which a process holds jobs, and what it tells about that process.
///
/// `HOST:PID:NAMESPACE:START`. The namespace of process numbers and the start keep a process apart from another one with
/// the same number, in another container or after a restart.
struct JobHolder: Sendable, Hashable {
    let name: String

    /// This process.
    static let own: JobHolder = {
        let start = String(EventTime.now.microseconds, radix: 36)
        let number = ProcessInfo.processInfo.processIdentifier
        return JobHolder(name: "\(ProcessInfo.processInfo.hostName):\(number):\(Self.space):\(start)")
    }()

    /// Whether the process of that name is known to have ended: it was on this host and its number is free, or it is
    /// an earlier process with the number of this one.
    static func isGone(_ name: String) -> Bool {
        let (theirs, own) = (name.split(separator: ":"), Self.own.name.split(separator: ":"))
        guard theirs.count == 4, own.count == 4, theirs[0] == own[0], theirs[2] == own[2], name != Self.own.name,
            let number = Int32(theirs[1])
        else { return false }
        return theirs[1] == own[1] || (kill(number, 0) != 0 && errno == ESRCH)
    }

    /// The part that a person reads: host and process.
    static func short(_ name: String) -> String { name.split(separator: ":").prefix(2).joined(separator: ":") }

    /// The namespace of process numbers, on Linux the number of its file.
    private static let space: String = {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        return (link ?? "host").filter { $0.isLetter || $0.isNumber }
    }()
}
