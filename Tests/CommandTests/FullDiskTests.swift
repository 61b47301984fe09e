import Foundation
import MartletTesting
import Testing

/// Ingest on a small disk that is full, by the real command line.
struct FullDiskTests {
    /// Whether this system lets a process mount a disk of its own.
    private static let mayMount: Bool = {
        let probe = ["-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
        return (try? Self.run("unshare", probe, in: FileManager.default.temporaryDirectory))?.status == 0
    }()

    private static let script = """
        mount -t tmpfs -o size=10m tmpfs disk && cp -r files/. disk && cd disk
        "$1" ingest > /dev/null 2>&1; echo "first $?"
        cp ../second.csv data/2.csv
        head -c 10m /dev/zero > filler 2> /dev/null
        "$1" ingest 2>&1; echo "full $?"
        rm filler
        "$1" ingest > /dev/null 2>&1; echo "room $?"
        "$1" warehouse query "SELECT count(*) AS n FROM sales" --json | tr -d ' \\n'
        """

    @Test(
        .enabled(if: MartletProcess.hasEngines, "run scripts/setup first"),
        .enabled(if: Self.mayMount, "this system lets no process mount a disk of its own")
    )
    func `a full disk is named with what to do, and the next load finishes`() throws {
        try MartletProcess.withFolder { folder in
            let rows = (0..<5_000).map { "\($0),\($0 % 97)" }.joined(separator: "\n")
            let more = (5_000..<10_000).map { "\($0),\($0 % 97)" }.joined(separator: "\n")
            for (path, text) in [
                ("files/martlet.yaml", "name: small\nauth: off\n"),
                (
                    "files/sources/sales.yaml",
                    "name: sales\nlocation: {glob: \"data/*.csv\", retry: {tries: 1}}\nformat: csv\n"
                        + "columns: {id: int64, price: float64}\n"
                ),
                ("files/data/1.csv", "id,price\n\(rows)\n"), ("second.csv", "id,price\n\(more)\n"), ("disk/.keep", ""),
            ] {
                let file = folder.appending(path: path)
                let parent = file.deletingLastPathComponent()
                try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            let words = ["-rm", "sh", "-c", Self.script, "sh", MartletProcess.binary.path]
            let outcome = try Self.run("unshare", words, in: folder)
            let lines = outcome.output.split(separator: "\n").map(String.init)
            #expect(lines.first == "first 0", "\(outcome.output)")
            #expect(lines.contains("full 1") && lines.contains("room 0"), "\(outcome.output)")
            let told = "error: the disk is full: '"
            let line = try #require(lines.first { $0.hasPrefix(told) }, "\(outcome.output)")
            #expect(line.contains("nothing of the batch is loaded; make room, and load it again"))
            #expect(lines.last == "[{\"n\":10000}]")
        }
    }

    private static func run(
        _ program: String,
        _ arguments: [String],
        in folder: URL
    ) throws -> (status: Int32, output: String) {
        let outcome = try TestProgram.run([program] + arguments, in: folder)
        return (outcome.status, outcome.output)
    }
}
