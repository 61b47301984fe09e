import Foundation
import MartletCore
import MartletIngest
import MartletTesting
import Testing

/// A user's own program as a source.
struct CommandSourceTests {
    private func source(_ command: String, _ more: String = "") -> String {
        """
        name: crawl
        location:
          command: \(command)
          retry: {tries: 2}
          \(more)
        format: json_lines
        columns: {id: int64, v: string}
        """
    }

    @Test func `what the program writes is one batch, and it sees only what it is given`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write(
            "crawl.sh",
            """
            echo "{\\"id\\": 1, \\"v\\": \\"$TOKEN\\"}"
            echo "{\\"id\\": 2, \\"v\\": \\"${OTHER:-none} $MARTLET_SOURCE $(basename "$1")\\"}"
            echo remark >&2
            """
        )
        var surroundings = IngestWorkbench.Surroundings()
        surroundings.environment["TOKEN"] = "abc"
        surroundings.environment["OTHER"] = "not to be seen"
        let report = try #require(
            try await bench.ingest(
                self.source("{run: [sh, crawl.sh, \(bench.folder.path)], env: [TOKEN]}"),
                in: surroundings
            )
            .first
        )
        #expect(report.origin == "command sh")
        #expect(
            try await bench.rows("SELECT id, v FROM crawl ORDER BY id") == [
                "1|abc", "2|none crawl \(bench.folder.lastPathComponent)",
            ]
        )
    }

    @Test(arguments: [
        ("[sh, -c, 'echo \"{\\\"id\\\": 1}\"; echo broken >&2; exit 3']", "", "ended with status 3", "it said: broken"),
        ("[sh, -c, 'kill -9 $$']", "", "was ended by signal 9", "said nothing"),
        ("[no-such-program]", "", "ended with status 127", "no-such-program"),
        ("[sh, -c, 'sleep 3000 & sleep 3000']", "timeout: 200ms", "did not end within 200ms", "raise 'timeout'"),
    ])
    func `a program that fails loads nothing`(
        _ example: (command: String, more: String, words: String, advice: String)
    ) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let record = IngestRecord()
        let error = await #expect(throws: IngestError.self) {
            try await bench.ingest(
                self.source(example.command, example.more),
                in: IngestWorkbench.Surroundings(record: record)
            )
        }
        #expect(error?.code.description == "ingest.commandFailed")
        #expect(error?.message.contains(example.words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(example.advice) == true, "\(error?.message ?? "")")
        #expect(record.pauses.count == 1)
        #expect(record.events.map(\.kind) == [.sourceFailed])
        let beside = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path + "/fetch")
        #expect(beside.isEmpty)
    }

    @Test func `what a program leaves in the background is not waited for, and writes no more`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write(
            "crawl.sh",
            """
            (sleep 600; echo '{"id": 3}') &
            echo $! > child
            for id in 1 2; do echo "{\\"id\\": $id, \\"v\\": \\"a\\"}"; done
            """
        )
        let reports = try await bench.ingest(self.source("[sh, crawl.sh]"))
        #expect(reports.map(\.outcome) == [.loaded])
        #expect(try await bench.rows("SELECT id, v FROM crawl ORDER BY id") == ["1|a", "2|a"])
        let child = try String(contentsOf: bench.folder.appending(path: "child"), encoding: .utf8)
        #expect(RunningProcess(child)?.hasEnded() == true)
    }

    @Test func `more than the limit is not loaded`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let error = await #expect(throws: IngestError.self) {
            try await bench.ingest(
                self.source("[sh, -c, 'yes \"{}\" | head -c 3000000; sleep 5']", "size_limit_mb: 1")
            )
        }
        #expect(error?.code.description == "ingest.tooLarge")
    }

    @Test func `a program with nothing to say is no batch`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        #expect(try await bench.ingest(self.source("['true']")).map(\.outcome) == [.nothingNew])
    }

    @Test func `what a killed run left of a program's output is removed by the next one`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let (path, source) = (bench.folder.path, self.source("[echo, '{\"id\": 1}']"))
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, source = source as String] in
            let bench = try IngestWorkbench(folder: URL(fileURLWithPath: path))
            try await bench.ingest(source) { step in
                if step == .staged { kill(getpid(), SIGKILL) }
            }
        }
        #expect(try await bench.ingest(source).map(\.figures.rowsLoaded) == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/fetch").isEmpty)
        #expect(try await bench.rows("SELECT count(*) FROM crawl") == ["1"])
    }
}
