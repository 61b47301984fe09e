import Foundation
import MartletCore
import MartletEngines
import MartletTesting
import Testing

/// `martlet ingest --watch` by the real command line: files that come, and a program that is asked.
@Suite(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
struct IngestWatchTests {
    @Test func `what comes is loaded with a line each, and SIGINT ends it`() throws {
        try MartletProcess.withFolder { folder in
            try Self.write(
                [
                    "martlet.yaml": "name: watched\nauth: off\n",
                    "sources/sales.yaml": """
                    name: sales
                    location: {glob: "incoming/*.csv"}
                    format: csv
                    columns: {id: int64, price: float64}
                    expectations: [{row_count: {max: 3}}]
                    """,
                    "sources/ticks.yaml": """
                    name: ticks
                    location: {command: {run: [sh, -c, "cat ticks.jsonl"]}, retry: {tries: 1}}
                    format: json_lines
                    columns: {id: int64}
                    """,
                    "ticks.jsonl": "{\"id\": 1}\n", "incoming/1.csv": "id,price\n1,10\n2,20\n",
                ],
                in: folder
            )
            let watch = try Watch(in: folder)
            defer { watch.end() }
            #expect(watch.next { $0["source"] == "ticks" }?["outcome"] == "loaded")
            #expect(watch.next { $0["source"] == "sales" }?["origin"] == "incoming/1.csv")
            // A file that is written slowly is read whole, and once.
            let slow = folder.appending(path: "incoming/2.csv")
            try Data("id,price\n3,30\n".utf8).write(to: slow)
            let handle = try FileHandle(forWritingTo: slow)
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("4,40\n5,".utf8))
            try handle.write(contentsOf: Data("50\n".utf8))
            try handle.close()
            // A file that breaks a rule is told, and keeps nothing else out.
            let many = (10..<20).map { "\($0),1" }.joined(separator: "\n")
            try Self.write(
                [
                    "incoming/3.csv": "id,price\n\(many)\n", "incoming/33.csv": "",
                    "incoming/4.csv": "id,price\n6,60\n",
                ],
                in: folder
            )
            #expect(watch.next { $0["origin"] == "incoming/2.csv" }?["figures"]?["rowsLoaded"] == 3)
            #expect(watch.next { $0["origin"] == "incoming/3.csv" }?["outcome"] == "refused")
            #expect(watch.next { $0["source"] == "sales" }?["error"]?["code"] == "ingest.missingColumn")
            #expect(watch.next { $0["origin"] == "incoming/4.csv" }?["outcome"] == "loaded")
            try Self.write(["ticks.jsonl": "{\"id\": 2}\n"], in: folder)
            #expect(watch.next { $0["source"] == "ticks" }?["outcome"] == "loaded")
            try FileManager.default.removeItem(at: folder.appending(path: "ticks.jsonl"))
            #expect(watch.next { $0["source"] == "ticks" }?["outcome"] == "failed")
            #expect(watch.interrupt() == .exited(0))
            let query = "SELECT count(*) AS n FROM sales UNION ALL SELECT count(*) FROM ticks"
            let rows = try MartletProcess.run(["warehouse", "query", query, "--json"], in: folder)
            #expect(rows.output.filter { !$0.isWhitespace } == "[{\"n\":6},{\"n\":2}]")
        }
    }

    @Test func `what cannot be watched is refused with the reason`() throws {
        try MartletProcess.withFolder { folder in
            try Self.write(["martlet.yaml": "name: watched\nauth: off\n"], in: folder)
            let none = try MartletProcess.run(["ingest", "--watch"], in: folder)
            #expect(none.status == 2)
            #expect(none.errors.contains("the workspace has no sources to watch"))
            let unknown = try MartletProcess.run(["ingest", "sale", "--watch"], in: folder)
            #expect(unknown.errors.contains("there is no source 'sale'"))
            let file = try MartletProcess.run(["ingest", "sales", "--watch", "--file", "x.csv"], in: folder)
            #expect(file.errors.contains("--watch goes with names of sources, --every and --json alone"))
            let pace = try MartletProcess.run(["ingest", "--watch", "--every", "soon"], in: folder)
            #expect(pace.errors.contains("--every is 'soon'; give a length of time such as 30s or 5m"))
        }
    }

    private static func write(_ files: [String: String], in folder: URL) throws {
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    /// The running command and the lines it wrote.
    private final class Watch {
        private let program: TestProgram
        private let output: URL
        private var passed = 0

        init(in folder: URL) throws {
            self.output = folder.appending(path: "lines.jsonl")
            self.program = try TestProgram(
                [MartletProcess.binary.path, "ingest", "--watch", "--every", "1s", "--json"],
                in: folder,
                output: .file(self.output.path)
            )
        }

        /// The first line after those given before that fits; nil when none comes.
        func next(where fits: (JSONValue) -> Bool) -> JSONValue? {
            for _ in 0..<600 {
                let text = (try? String(contentsOf: self.output, encoding: .utf8)) ?? ""
                let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                for (index, line) in whole.enumerated() where index >= self.passed {
                    self.passed = index + 1
                    if let value = try? JSONValue(parsing: Data(line.utf8)), fits(value) { return value }
                }
                _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(50))
            }
            return nil
        }

        /// Asks the command to end, as Ctrl-C does, and returns its status.
        func interrupt() -> ChildProcess.Ending {
            self.program.signal(SIGINT)
            return self.program.wait()
        }

        func end() { self.program.end() }
    }
}
