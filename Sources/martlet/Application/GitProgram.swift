import Foundation
import MartletEngines

/// The program `git`, run without asking anybody anything.
enum GitProgram {
    /// What a call printed.
    struct Answer: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// Whether another git works on the same folder.
        var isLocked: Bool {
            self.status != 0 && (self.errors.contains(".lock': File exists") || self.errors.contains("cannot lock ref"))
        }

        /// What went wrong: the line that says so with the files it names, or the last one; without addresses, which may
        /// hold a password.
        var reason: String {
            let lines = self.errors.split(separator: "\n").map(String.init)
            var words = lines.last ?? "nothing"
            if let index = lines.firstIndex(where: { $0.hasPrefix("error: ") || $0.hasPrefix("fatal: ") }) {
                let files = lines[(index + 1)...].prefix { $0.hasPrefix("\t") }.map { $0.dropFirst() }
                words = ([lines[index].dropFirst("error: ".count)] + files.prefix(5)).joined(separator: " ")
            }
            return words.replacing(#/[a-z+]+:\/\/\S+/#, with: "(address)")
        }
    }

    /// How long a call may take.
    private static let limit = Duration.seconds(60)

    /// Runs `git` with `arguments` in `folder`, for a minute at most.
    static func run(_ arguments: [String], in folder: URL) async -> Answer {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Self.wait(for: arguments, in: folder)) }
        }
    }

    /// The commit of the folder a workspace lies in; `nil` without version control.
    ///
    /// It is marked `-dirty` unless git says that no file of the workspace differs from it. The thread is held up for as
    /// long as git takes.
    static func commit(of folder: URL) -> String? {
        let head = Self.wait(for: ["rev-parse", "HEAD"], in: folder)
        guard head.status == 0 else { return nil }
        let commit = head.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let changes = Self.wait(for: ["status", "--porcelain", "--", "."], in: folder)
        return changes.status == 0 && changes.output.isEmpty ? commit : commit + "-dirty"
    }

    private static func wait(for arguments: [String], in folder: URL) -> Answer {
        let environment = ProcessInfo.processInfo.environment.merging(["GIT_TERMINAL_PROMPT": "0"]) { $1 }
        do {
            let answer = try ChildProcess.run(
                ["git"] + arguments,
                environment: environment.map { "\($0.key)=\($0.value)" },
                folder: folder.path,
                limit: Self.limit
            )
            return Answer(
                status: answer.ending.status ?? 128,
                output: String(decoding: answer.output, as: UTF8.self),
                errors: answer.ending.status == nil
                    ? "it was ended, or gave no answer for a minute" : String(decoding: answer.errors, as: UTF8.self)
            )
        } catch {
            return Answer(status: 127, output: "", errors: error.message)
        }
    }
}
