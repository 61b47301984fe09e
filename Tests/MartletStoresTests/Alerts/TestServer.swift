import Foundation
import MartletEngines
import MartletTesting
import Synchronization

/// A program that tests talk to, which says in lines what happens to it.
final class TestServer: Sendable {
    /// The package's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let python = root.appending(path: ".clients/venv/bin/python").path
    static let alertmanager = "/usr/bin/prometheus-alertmanager"

    /// Whether the tests must not be skipped.
    static let isRequired = ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"
    static let hasMail = FileManager.default.isExecutableFile(atPath: python) || isRequired
    static let hasAlertmanager = FileManager.default.isExecutableFile(atPath: alertmanager) || isRequired

    private let program: TestProgram
    private let output: FileHandle
    private let rest = Mutex(Data())

    struct Ended: Error {}

    /// Starts `program`; what it writes to its standard error belongs to its lines when `readsErrors` says so.
    init(_ program: String, _ arguments: [String], readsErrors: Bool = false) throws {
        let pipe = try ProgramPipe()
        defer { pipe.closeWriting() }
        self.output = FileHandle(fileDescriptor: pipe.reading, closeOnDealloc: true)
        self.program = try TestProgram(
            [program] + arguments,
            output: readsErrors ? .nothing : .descriptor(pipe.writing),
            errors: readsErrors ? .descriptor(pipe.writing) : .nothing
        )
    }

    /// A mail server from PyPI, with options of `Tests/Clients/smtp_server.py`.
    static func mail(_ options: [String] = []) throws -> (server: TestServer, port: Int) {
        let script = root.appending(path: "Tests/Clients/smtp_server.py").path
        let server = try TestServer(python, [script] + options)
        struct Started: Decodable { let port: Int }
        let started = try JSONDecoder().decode(Started.self, from: Data(server.line().utf8))
        return (server, started.port)
    }

    /// The next line; waits for it.
    func line() throws -> String {
        while true {
            let found = self.rest.withLock { rest -> String? in
                guard let end = rest.firstIndex(of: 10) else { return nil }
                let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
                rest = Data(rest[rest.index(after: end)...])
                return line
            }
            if let found { return found }
            let piece = self.output.availableData
            guard !piece.isEmpty else { throw Ended() }
            self.rest.withLock { $0.append(piece) }
        }
    }

    /// Ends it at once.
    func end() { self.program.end() }
}
