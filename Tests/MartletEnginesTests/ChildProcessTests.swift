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

    @Test func `a program hears signals that this process has turned off`() throws {
        let before = signal(SIGHUP, SIG_IGN)
        defer { _ = signal(SIGHUP, before) }
        let (child, outputs) = try Self.start("kill -HUP $$; echo it was not heard")
        #expect(child.follow(outputs) { _, _ in } == .whole)
        #expect(child.collect() == .signalled(SIGHUP))
    }
}
