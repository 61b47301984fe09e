import Foundation
import MartletEngines
import MartletTesting

/// A real `martlet` process that serves a workspace of its own on a free port.
final class ServerProcess: Sendable {
    /// Where it answers, such as `http://127.0.0.1:40123`.
    let address: String
    /// The workspace.
    let folder: URL
    /// What it said until it listened.
    let greeting: String
    private let program: TestProgram
    private let output: FileHandle

    /// Starts `martlet COMMAND --port 0 ARGUMENTS` in `folder`, and waits until it listens.
    ///
    /// A `martlet.yaml` without keys is written when the folder has none.
    init(
        _ command: String = "tracking",
        in folder: URL,
        arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "martlet.yaml")
        if !FileManager.default.fileExists(atPath: file.path) {
            try Data("name: clients\nauth: off\n".utf8).write(to: file)
        }
        let pipe = try ProgramPipe()
        self.output = FileHandle(fileDescriptor: pipe.reading, closeOnDealloc: true)
        do {
            defer { pipe.closeWriting() }
            self.program = try TestProgram(
                [Martlet.binary, command, "--port", "0"] + arguments,
                in: folder,
                environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
                output: .descriptor(pipe.writing),
                errors: .descriptor(pipe.writing)
            )
        }
        var text = ""
        while case let piece = self.output.availableData, !piece.isEmpty {
            text += String(decoding: piece, as: UTF8.self)
            if let match = text.firstMatch(of: #/listening on (http://[^ ]+) /#) {
                self.address = String(match.1)
                self.greeting = text
                // What it says later is read and passed over, so that it never waits for the pipe.
                self.output.readabilityHandler = { handle in
                    if handle.availableData.isEmpty { handle.readabilityHandler = nil }
                }
                return
            }
        }
        self.program.wait()
        throw StartFailure(output: text)
    }

    /// Ends the process at once, as a power cut does.
    func kill() { self.program.end() }

    /// Ends the process and waits for it.
    func stop() {
        self.program.signal(SIGTERM)
        self.program.wait()
    }

    /// What a process said that ended before it listened.
    struct StartFailure: Error {
        let output: String
    }
}
