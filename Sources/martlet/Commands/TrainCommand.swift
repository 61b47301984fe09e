import ArgumentParser
import Foundation
import MartletCore
import MartletTracking
import MartletTraining

/// `martlet train --recipe-file F`.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the experiments of a recipe, judge the best, register it.",
        discussion: """
            Experiments run in parallel within the machine's cores; each is a run (martlet runs list). The best by the
            recipe's metric is judged by its gates. A failed gate registers nothing and ends with status 3; a passed one
            registers a version that waits for approval (martlet models approve).

            Examples:
              martlet train --recipe-file recipes/price.yaml
              martlet train --recipe price --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Option(help: "The recipe's file.")
    var recipeFile: String?
    @Option(help: "The recipe's name, in place of its file.")
    var recipe: String?

    func validate() throws {
        if (self.recipeFile == nil) == (self.recipe == nil) {
            throw ValidationError("name a recipe with --recipe-file recipes/NAME.yaml or with --recipe NAME")
        }
    }

    func run() async throws {
        let application = try self.options.application()
        let file = try application.recipe(file: self.recipeFile, name: self.recipe)
        let actor = try await application.actor(self.actor.name, .write, on: .model(file.definition.model))
        let view = TrainingProgressView(application.terminal, isSilent: self.json.isEnabled)
        let report = try await application.train(file, by: actor) { view.show($0) }
        view.finish()
        let result = TrainingReportView(report, recipe: file.definition)
        if self.json.isEnabled {
            application.terminal.line(report.json.prettyText)
        } else {
            result.show(on: application.terminal)
        }
        if report.verdicts.contains(where: { !$0.isPassed }) { throw QuietExit(status: .gateFailed) }
        if report.version == nil { throw QuietExit(status: .failed) }
    }
}
