import ArgumentParser
import MartletCore

/// `martlet features`: definitions, online rows, historical joins.
struct FeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Record features, materialize them, read them as they were.",
        subcommands: [
            FeaturesApplyCommand.self, FeaturesListCommand.self, FeaturesMaterializeCommand.self,
            FeaturesGetCommand.self, FeaturesHistoricalCommand.self,
        ],
        defaultSubcommand: FeaturesListCommand.self
    )
}
