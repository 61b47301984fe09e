import Foundation

/// The process group that this process leads, with what it started and what that left in the background.
package enum ProcessGroup {
    /// Makes this process the leader of a group of its own, unless it is one.
    package static func lead() { setpgid(0, 0) }

    /// Whether another process of the group runs; where there is no `/proc` to tell, it is taken to.
    package static func hasOthers() -> Bool {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return true }
        let (own, group) = (getpid(), getpgrp())
        return names.contains { name in
            guard let number = Int32(name), number != own,
                let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8)
            else { return false }
            // The name of the program, which may hold anything, ends with the last bracket; state, parent, group follow.
            let words = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
            return words.count > 3 && Int32(words[3]) == group && !["Z", "X"].contains(words[1])
        }
    }
}
