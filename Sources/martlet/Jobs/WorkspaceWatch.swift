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
