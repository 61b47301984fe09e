import Foundation
import MartletCore
import MartletTesting
import Testing

/// Programs of `command` steps that start others, in real processes.
struct JobProgramTests {
    /// A way in which a step is ended from outside.
    enum Ending: String, CaseIterable {
        case cancel = "a cancel"
        case timeOut = "a time-out"
    }

    private static func files(_ ending: Ending? = nil) -> [String: String] {
        [
            "martlet.yaml": "name: programs\nauth: off\n",
            "pipelines/leave.yaml": """
            name: leave
            steps:
              - name: leave
                command: [sh, -c, 'sleep 600 & echo $! > child; echo said; echo "and more" >&2']
            """,
            // The program ends when it is asked to, and what it started does not.
            "pipelines/hold.yaml": """
            name: hold
            steps:
              - name: hold
                timeout: \(ending == .timeOut ? "1s" : "1h")
                retries: {tries: 1}
                command:
                  - sh
                  - -c
                  - |
                    (trap '' TERM; exec sleep 600) &
                    echo $! > child
                    exec sleep 600
            """,
        ]
    }

    private static func withWorkspace(_ ending: Ending? = nil, _ body: (URL) throws -> Void) throws {
        try MartletProcess.withFolder { folder in
            for (path, text) in Self.files(ending) {
                let file = folder.appending(path: path)
                let parent = file.deletingLastPathComponent()
                try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            try body(folder)
        }
    }

    /// The process that the step's program started, once it says so.
    private static func child(in folder: URL) -> RunningProcess? {
        for _ in 0..<3_000 {
            let text = try? String(contentsOf: folder.appending(path: "child"), encoding: .utf8)
            if let child = text.flatMap(RunningProcess.init) { return child }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return nil
    }

    @Test func `a step ends with its program, and what that left in the background goes on`() throws {
        try Self.withWorkspace { folder in
            let run = try MartletProcess.run(["jobs", "run", "leave"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let child = try #require(Self.child(in: folder))
            #expect(child.isRunning)
            child.end()
            let listed = try MartletProcess.run(["jobs", "list", "--json"], in: folder).output
            guard case .array(let jobs) = try JSONValue(parsing: Data(listed.utf8)),
                case .string(let id)? = jobs.first?["job"]
            else {
                Issue.record("there is no job: \(listed)")
                return
            }
            let log = try MartletProcess.run(["jobs", "logs", id], in: folder).output
            for words in ["said", "and more", "a process that it left in the background still holds its output"] {
                #expect(log.contains(words), "\(log)")
            }
        }
    }

    @Test(arguments: Ending.allCases)
    func `everything that a step started ends with it`(ending: Ending) throws {
        try Self.withWorkspace(ending) { folder in
            let queued = try MartletProcess.run(["jobs", "run", "hold", "--detach", "--json"], in: folder)
            guard case .string(let id)? = try JSONValue(parsing: Data(queued.output.utf8))["id"] else {
                Issue.record("there is no job: \(queued.output) \(queued.errors)")
                return
            }
            let worker = try TestProgram([MartletProcess.binary.path, "jobs", "work", "--until-idle"], in: folder)
            let child = try #require(Self.child(in: folder))
            if ending == .cancel {
                let cancelled = try MartletProcess.run(["jobs", "cancel", id, "--by", "ada"], in: folder)
                #expect(cancelled.status == 0, "\(cancelled.errors)")
            }
            worker.wait()
            #expect(child.hasEnded())
            let shown = try MartletProcess.run(["jobs", "show", id, "--json"], in: folder).output
            let phase = try JSONValue(parsing: Data(shown.utf8))["phase"]
            #expect(phase == (ending == .cancel ? "cancelled" : "failed"), "\(shown)")
        }
    }
}
