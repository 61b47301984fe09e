import Foundation

/// A process that a program under test left behind, by its number.
package struct RunningProcess: Sendable {
    private let number: Int32

    /// Takes the number from the text of a file; `nil` while there is none.
    package init?(_ text: String) {
        guard let number = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { return nil }
        self.number = number
    }

    /// Whether it runs; one that ended and that nobody collects does not.
    package var isRunning: Bool {
        guard kill(self.number, 0) == 0 || errno == EPERM else { return false }
        guard let text = try? String(contentsOfFile: "/proc/\(self.number)/stat", encoding: .utf8) else {
            return !FileManager.default.fileExists(atPath: "/proc/self")
        }
        let words = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return words.count > 1 && words[1] != "Z"
    }

    /// Whether it ends; a signal takes its time, so it is looked at again for some seconds.
    package func hasEnded() -> Bool {
        for _ in 0..<1_000 where self.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        return !self.isRunning
    }

    /// Ends it at once.
    package func end() { kill(self.number, SIGKILL) }
}
