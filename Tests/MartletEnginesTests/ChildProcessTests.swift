import Foundation
import MartletEngines
import Testing

/// Programs that are started, followed and ended.
struct ChildProcessTests {
    /// A shell that runs `script`, with its output and its errors in pipes.
    private static func start(_ script: String) throws -> (ChildProcess, [Int32]) {
        let (output, errors) = (try ProgramPipe(), try ProgramPipe())
        defer { for pipe in [output, errors] { pipe.closeWriting() } }
        let child = try ChildProcess(
            ["sh", "-c", script],
            environment: ["PATH=/usr/bin:/bin"],
            folder: "/",
            output: .descriptor(output.writing),
            errors: .descriptor(errors.writing)
        )
        return (child, [output.reading, errors.reading])
    }

    @Test func `all that a program writes is read, and its end is told`() throws {
        let (child, outputs) = try Self.start("seq 20000; echo broken >&2; exit 3")
        var texts = [Data(), Data()]
        #expect(child.follow(outputs) { texts[$0].append($1) } == .whole)
        #expect(child.hasEnded())
        #expect(child.collect() == .exited(3))
        #expect(texts[0].split(separator: 10).count == 20_000)
        #expect(String(decoding: texts[1], as: UTF8.self) == "broken\n")
    }

    @Test func `a program that left another in the background is not waited for beyond its end`() throws {
        let (child, outputs) = try Self.start("sleep 600 & seq 20000; kill -TERM $$")
        var text = Data()
        #expect(child.follow(outputs, grace: .milliseconds(50)) { if $0 == 0 { text.append($1) } } == .held)
        // What it wrote before its end is read, however short the grace.
        #expect(text.split(separator: 10).count == 20_000)
        child.end()
        #expect(child.collect() == .signalled(SIGTERM))
    }

    @Test func `a program inherits nothing but the streams it is given`() throws {
        let other = try ProgramPipe()
        // Open to whoever is started, as files of libraries may be.
        #expect(fcntl(other.writing, F_SETFD, 0) == 0)
        let (child, outputs) = try Self.start("sleep 600 > /dev/null 2>&1 &")
        other.closeWriting()
        #expect(child.follow(outputs + [other.reading]) { _, _ in } == .whole)
        child.end()
        #expect(child.collect() == .exited(0))
    }

    @Test func `a program that runs to its end tells what it wrote and how it ended`() throws {
        let variables = ["PATH=/usr/bin:/bin", "NAME=martlet"]
        let script = "seq 20000; echo $NAME $(pwd) >&2; exit 3"
        let answer = try ChildProcess.run(["sh", "-c", script], environment: variables, folder: "/usr")
        #expect(answer.ending == .exited(3))
        #expect(answer.output.split(separator: 10).count == 20_000)
        #expect(String(decoding: answer.errors, as: UTF8.self) == "martlet /usr\n")
        let absent = try ChildProcess.run(["no-such-program"], environment: variables, folder: "/")
        #expect(absent.ending == .exited(127))
    }

    @Test func `a program that takes too long is ended with what it started`() throws {
        let script = "echo begun; sleep 600 & sleep 600"
        let answer = try ChildProcess.run(
            ["sh", "-c", script],
            environment: ["PATH=/usr/bin:/bin"],
            folder: "/",
            limit: .milliseconds(500)
        )
        #expect(answer.ending == .signalled(SIGKILL))
        #expect(String(decoding: answer.output, as: UTF8.self) == "begun\n")
    }

    @Test func `programs start while many files are open`() throws {
        // Two thousand, unless other tests would then have none left.
        let count = min(1_000, sysconf(Int32(_SC_OPEN_MAX)) / 8)
        let files = try (0..<count).map { _ in try ProgramPipe() }
        defer {
            for file in files {
                file.closeReading()
                file.closeWriting()
            }
        }
        let answer = try ChildProcess.run(["ls", "/proc/self/fd"], environment: ["PATH=/usr/bin:/bin"], folder: "/")
        #expect(answer.ending == .exited(0))
        // Its three streams, and the folder it reads.
        #expect(String(decoding: answer.output, as: UTF8.self).split(separator: "\n") == ["0", "1", "2", "3"])
    }

    @Test func `a program hears signals that this process has turned off`() throws {
        let before = signal(SIGHUP, SIG_IGN)
        defer { _ = signal(SIGHUP, before) }
        let (child, outputs) = try Self.start("kill -HUP $$; echo it was not heard")
        #expect(child.follow(outputs) { _, _ in } == .whole)
        #expect(child.collect() == .signalled(SIGHUP))
    }
}
