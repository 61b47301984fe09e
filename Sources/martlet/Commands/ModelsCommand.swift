import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet models`: the registry.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, show, approve, reject and name model versions.",
        discussion: "Every change says who, when and why, and is an entry of the ledger.",
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsApproveCommand.self, ModelsRejectCommand.self,
            ModelsAliasCommand.self,
        ],
        defaultSubcommand: ModelsListCommand.self
    )
}

/// `martlet models list`.
struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List every version of every model, or of one.",
        discussion: """
            Examples:
              martlet models list
              martlet models list apartment_price --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only versions of this model.")
    var model: String?

    func run() async throws {
        let application = try self.options.application()
        let registry = try application.registry()
        let models = try await registry.models(limit: 1_000).map(\.name)
        if let model = self.model, !models.contains(model) {
            throw CommandError(
                .commandNotFound,
                "there is no registered model '\(model)'.\(NearestName.suggestion(model, among: models))",
                status: .invalid
            )
        }
        var table = Table([
            .init("version"), .init("stage"), .init("approval"), .init("by"), .init("aliases"), .init("run"),
            .init("created"),
        ])
        for name in models.sorted() where self.model == nil || self.model == name {
            for version in try await registry.versions(of: name) {
                table.add([
                    .text(version.id.description), .text(version.stage.rawValue),
                    .text(version.approval.status.rawValue), .text(version.approval.decision?.actor),
                    .text(version.aliases.sorted().joined(separator: ", ")),
                    .init(version.runID?.short ?? "", json: version.runID.map { .string($0.description) } ?? .null),
                    .time(version.createdAt),
                ])
            }
        }
        application.terminal.show(
            table,
            asJSON: self.json.isEnabled,
            emptyNote: "no versions yet; a run that passes its gates registers one: martlet train --recipe-file …"
        )
    }
}

/// `martlet models show NAME:3`.
struct ModelsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one version: signature, decisions, model card.",
        discussion: """
            Examples:
              martlet models show apartment_price:3
              martlet models show apartment_price@champion --card
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "NAME:3, NAME@alias, or NAME for the newest.")
    var version: String
    @Flag(help: "Print the model card, which is Markdown.")
    var card = false

    func run() async throws {
        let application = try self.options.application()
        let version = try await application.registry().resolve(ModelReference(self.version))
        if self.card {
            let path = try version.artifactFolder.appending(ModelFiles.card)
            let bytes = try await application.artifacts().read(path)
            application.terminal.line(String(decoding: bytes, as: UTF8.self))
            return
        }
        let manifest = try await application.manifest(of: version)
        if self.json.isEnabled {
            let value: JSONValue = .object([
                "version": try JSONValue(encoding: version), "manifest": try JSONValue(encoding: manifest),
            ])
            application.terminal.line(value.prettyText)
            return
        }
        application.terminal.show(try await self.facts(version, manifest, application), asJSON: false)
        application.terminal.line()
        application.terminal.show(Self.inputs(manifest), asJSON: false)
    }

    private func facts(
        _ version: ModelVersion,
        _ manifest: ModelManifest,
        _ application: Application
    ) async throws -> Table {
        var table = Table([.init("field"), .init("value")])
        let unit = manifest.unit.map { " in \($0)" } ?? ""
        table.add([.text("version"), .text(version.id.description)])
        table.add([.text("stage"), .text(version.stage.rawValue)])
        table.add([.text("aliases"), .text(version.aliases.sorted().joined(separator: ", "))])
        table.add([.text("predicts"), .text("\(manifest.labelName)\(unit) (\(manifest.task.rawValue))")])
        table.add([
            .text("engine"), .text("\(manifest.engine.rawValue), \(manifest.modelFile) \(manifest.modelHash.short)"),
        ])
        table.add([.text("recipe"), .text(manifest.recipeText)])
        table.add([.text("snapshot"), .text(manifest.snapshotHash?.description)])
        table.add([.text("feature service"), .text(manifest.featureService)])
        table.add([.text("run"), .text(version.runID?.description)])
        table.add([.text("created"), .time(version.createdAt)])
        for decision in try await application.registry().decisions(on: version.id) {
            let made = decision.decision
            let reason = made?.reason.map { ": \($0)" } ?? ""
            let when = made.map { " by \($0.actor) at \(Quantity.moment($0.at))" } ?? ""
            table.add([.text("decision"), .text("\(decision.status.rawValue)\(when)\(reason)")])
        }
        return table
    }

    private static func inputs(_ manifest: ModelManifest) -> Table {
        var table = Table([.init("input"), .init("type"), .init("from"), .init("required")])
        for input in manifest.inputs {
            let place: String =
                switch input.source {
                case .feature(let view, let feature): "feature \(view):\(feature)"
                case .request: "request"
                }
            let categories = input.categories.map { " (\($0.count) categories)" } ?? ""
            table.add([
                .text(input.name), .text(input.type.rawValue + categories), .text(place), .flag(input.isRequired),
            ])
        }
        return table
    }
}
