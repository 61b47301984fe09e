import Foundation
import MartletCore
import MartletJobs
import MartletStores

/// Looks at the files and branches that triggers name; paths are relative to the workspace.
struct WorkspaceWatch: TriggerWatch {
    let folder: URL

    func files(matching pattern: String) async -> [WatchedFile] {
        let fetcher = FileSourceFetcher(baseDirectory: self.folder.path)
        let paths = (try? fetcher.matches(of: pattern)) ?? []
        return paths.prefix(1_000)
            .compactMap { path in
                WatchedFile(path, at: path.hasPrefix("/") ? URL(filePath: path) : self.folder.appending(path: path))
            }
    }

    func head(of branch: String, in repository: String) async throws(JobError) -> String {
        let answer = await GitProgram.run(["ls-remote", "--", repository, "refs/heads/\(branch)"], in: self.folder)
        let commit = answer.output.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard answer.status == 0, [40, 64].contains(commit.count), commit.allSatisfy(\.isHexDigit) else {
            let reason = answer.status == 0 ? "it has no such branch" : "git says: \(answer.reason)"
            throw JobError(
                .jobInvalid,
                "asked the repository of a git trigger for the branch '\(branch)', but \(reason); correct the trigger"
            )
        }
        return commit
    }
}

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

    /// Runs `git` with `arguments` in `folder`, for a minute at most.
    static func run(_ arguments: [String], in folder: URL) async -> Answer {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.runBlocking(arguments, in: folder)) }
        }
    }

    private static func runBlocking(_ arguments: [String], in folder: URL) -> Answer {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "60", "git", "-C", folder.path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["GIT_TERMINAL_PROMPT": "0"]) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            return Answer(status: 127, output: "", errors: "git cannot be run")
        }
        let group = DispatchGroup()
        let text = StreamText()
        DispatchQueue.global()
            .async(group: group) { text.append(errors.fileHandleForReading.readDataToEndOfFile()) }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        group.wait()
        return Answer(
            status: process.terminationStatus,
            output: String(decoding: data, as: UTF8.self),
            errors: text.text
        )
    }
}
