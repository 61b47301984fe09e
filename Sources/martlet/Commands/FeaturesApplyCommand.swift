import ArgumentParser
import MartletCore
import MartletFeatures

/// `martlet features apply`.
struct FeaturesApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Record the definitions; a change is shown as a difference.",
        discussion: """
            Each definition has numbered versions named by the hash of their content. Applying the same definitions again
            changes nothing.

            Examples:
              martlet features apply
              martlet features apply --dry-run
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "Show what would change, and record nothing.")
    var dryRun = false

    func run() async throws {
        let application = try self.options.application()
        let plan = try await application.applyFeatures(isDryRun: self.dryRun)
        application.terminal.show(
            Self.table(plan.changes),
            asJSON: self.json.isEnabled,
            emptyNote: "nothing changed: \(plan.unchangedCount) definitions are as recorded"
        )
        guard !self.json.isEnabled else { return }
        for change in plan.changes where change.old != nil && change.new != nil {
            application.terminal.line("\(change.kind.rawValue) \(change.name)")
            for line in change.diff where !line.hasPrefix("  ") { application.terminal.line("  \(line)") }
        }
    }

    /// One row for each change.
    static func table(_ changes: [FeatureApplication.Change]) -> Table {
        var table = Table([.init("kind"), .init("name"), .init("change"), .init("version", nil, .right)])
        for change in changes {
            let word = change.new == nil ? "removed" : change.old == nil ? "new" : "changed"
            table.add([.text(change.kind.rawValue), .text(change.name), .text(word), .count(change.version)])
        }
        return table
    }
}

/// `martlet features list`.
struct FeaturesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the features of every service, or every definition.",
        discussion: """
            Examples:
              martlet features list
              martlet features list apartment_price --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only the features of this service, in model order.")
    var service: String?

    func run() async throws {
        let application = try self.options.application()
        let catalog = try application.catalog()
        var table = Table([
            .init("view"), .init("feature"), .init("type"), .init("entities", "of"), .init("ttl"), .init("services"),
            .init("description"),
        ])
        let chosen = try self.service.map { try catalog.service($0) }
        let views = chosen?.views ?? catalog.views
        for view in views {
            for feature in view.features {
                let users = catalog.services.filter { service in
                    service.features.contains { $0.view == view.name && $0.feature == feature.name }
                }
                if let chosen, !users.contains(where: { $0.name == chosen.name }) { continue }
                table.add([
                    .text(view.name), .text(feature.name), .text(feature.type.rawValue),
                    .text(view.entities.joined(separator: ", ")), .text(view.ttl?.description),
                    .text(users.map(\.name).joined(separator: ", ")), .text(feature.description),
                ])
            }
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "no features are declared")
    }
}
