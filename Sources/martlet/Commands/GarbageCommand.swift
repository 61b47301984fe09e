import ArgumentParser
import Foundation
import MartletCore
import MartletStores
import MartletTracking

/// `martlet gc`: removes what was deleted, for good.
struct GarbageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove deleted runs, logged models and experiments for good, with their artifacts.",
        discussion: """
            What was deleted can be restored until this command removes it. It never removes what a model version needs.
            Metadata goes first, artifacts then; a collection that is cut short is finished by the next one.

            Examples:
              martlet gc --older-than 30d --dry-run
              martlet gc --older-than 30d --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Remove what was deleted at least this long ago, such as 30d or 12h.")
    var olderThan = "30d"
    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    func run() async throws {
        guard let age = TimeSpan(self.olderThan) else {
            throw CommandError(
                .commandInvalidArgument,
                "--older-than '\(self.olderThan)' is not a length of time; write it as 30d, 12h or 0s",
                status: .invalid
            )
        }
        let application = try self.options.application()
        let collector = try application.garbageCollector()
        let cutoff = EventTime(microseconds: EventTime.now.microseconds - age.microseconds)
        let report =
            self.dryRun
            ? try await collector.preview(deletedBefore: cutoff) : try await collector.collect(deletedBefore: cutoff)
        if self.json.isEnabled {
            application.terminal.line(Self.value(report, isDryRun: self.dryRun).prettyText)
        } else {
            application.terminal.show(
                Self.table(report, isDryRun: self.dryRun),
                asJSON: false,
                emptyNote: "nothing to remove"
            )
        }
    }

    private static func value(_ report: GarbageReport, isDryRun: Bool) -> JSONValue {
        .object([
            "dry_run": .boolean(isDryRun),
            "removed": .array(report.removed.map { .string($0.description) }),
            "kept": .array(
                report.kept.map { .object(["item": .string($0.item.description), "reason": .string($0.reason)]) }
            ),
            "folders": .array(report.folders.map { .string($0.description) }),
            "snapshots": .array(report.snapshots.map { .string($0) }),
            "foreign_locations": .array(report.foreignLocations.map { .string($0) }),
        ])
    }

    private static func table(_ report: GarbageReport, isDryRun: Bool) -> Table {
        var table = Table([.init("what"), .init("state"), .init("why")])
        let removed = isDryRun ? "would be removed" : "removed"
        for item in report.removed { table.add([.text(item.description), .text(removed), .text("")]) }
        for kept in report.kept { table.add([.text(kept.item.description), .text("stays"), .text(kept.reason)]) }
        for folder in report.folders { table.add([.text("artifacts \(folder)"), .text(removed), .text("")]) }
        for hash in report.snapshots { table.add([.text("snapshot \(hash.prefix(12))"), .text(removed), .text("")]) }
        for place in report.foreignLocations {
            table.add([
                .text("artifacts \(place)"), .text("left"), .text("the place is not Martlet's; remove it there"),
            ])
        }
        return table
    }
}

extension Application {
    /// What removes deleted things for good.
    func garbageCollector() throws -> GarbageCollector {
        GarbageCollector(
            store: SQLTrackingStore(try self.metadata.database()),
            artifacts: try self.artifacts(),
            snapshots: FileSnapshotStore(root: self.statePath("snapshots"))
        )
    }
}
