import ArgumentParser
import Foundation
import MartletCore

/// `martlet demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the whole path on GENERATED sales, and show each step.",
        discussion: """
            Generates sales with the columns and the defects of Seoul's official file, makes a workspace from template
            apartments, goes from raw data to a served, explained prediction by the same commands a person uses, and lets a copy
            beside it live through days with generated visitors: see martlet simulate.

            Examples:
              martlet demo
              martlet demo --keep --directory ~/martlet-demo
            """
    )

    @Flag(help: "Serve the days with their console until Ctrl-C.")
    var keep = false
    @Option(help: "The workspace's folder, new or empty; by default a temporary one.")
    var directory: String?
    @Option(help: "The seed of the generated data.")
    var seed: UInt64 = 2_023
    @Option(help: "How many sales to generate.")
    var sales = 20_000
    @Option(help: "The port of the server that --keep leaves running; 0 takes a free one.")
    var port = 0
    @Option(help: "How many days a copy of the workspace lives through at the end; 0 leaves that out.")
    var days = 10

    func validate() throws {
        guard (0...366).contains(self.days) else { throw ValidationError("--days must be 0 to 366") }
    }

    func run() async throws {
        let temporary = FileManager.default.temporaryDirectory.appending(
            path: "martlet-demo-\(UUID().uuidString.prefix(8))"
        )
        let folder = self.directory.map { URL(filePath: $0).standardizedFileURL } ?? temporary
        let demo = Demo(
            folder: folder,
            seed: self.seed,
            salesCount: self.sales,
            port: self.port,
            isKept: self.keep,
            days: self.days
        )
        try await demo.run()
    }
}
