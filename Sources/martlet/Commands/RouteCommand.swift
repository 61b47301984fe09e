import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet route ENDPOINT NAME=MODEL/PERCENT …`.
struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Share an endpoint's traffic among several model versions.",
        discussion: """
            Each variant is a name, a model version and its share in percent; the shares add up to 100. A variant of 0 is
            kept loaded and answers nobody; a shadow scores every request and answers nobody. Units stay with their
            variant as far as the shares allow. A running server takes the change without a restart.

            Examples:
              martlet route apartment-price control=apartment_price:3/90 treatment=apartment_price:4/10
              martlet route apartment-price live=apartment_price:3/100 --shadow next=apartment_price:4
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "An endpoint that martlet.yaml declares.")
    var endpoint: String
    @Argument(help: "NAME=MODEL/PERCENT, where MODEL is NAME@alias, NAME:3, or NAME for the newest version.")
    var variants: [String]
    @Option(help: "NAME=MODEL: a version that scores beside; may be given several times.")
    var shadow: [String] = []
    @Option(help: "What is hashed with a unit; another one deals all units anew. By default the endpoint's name.")
    var salt: String?
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .deploy, on: .endpoint(self.endpoint))
        let author = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        var variants: [ProductionVariant] = []
        for text in self.variants { variants.append(try await Self.variant(text, isShadow: false, application)) }
        for text in self.shadow { variants.append(try await Self.variant(text, isShadow: true, application)) }
        let traffic = EndpointTraffic(variants: variants, salt: self.salt ?? self.endpoint)
        let deployment = try await application.route(traffic, at: self.endpoint, author)
        for variant in deployment.traffic.variants {
            let share = variant.isShadow ? "shadow" : Self.percent(variant.weight)
            application.terminal.line("\(deployment.endpoint) \(variant.name): \(variant.version), \(share)")
        }
    }

    private static func variant(
        _ text: String,
        isShadow: Bool,
        _ application: Application
    ) async throws -> ProductionVariant {
        let wanted = isShadow ? "NAME=MODEL, such as next=price:4" : "NAME=MODEL/PERCENT, such as control=price:3/90"
        guard let equals = text.firstIndex(of: "=") else { throw Self.unreadable(text, wanted) }
        let name = String(text[..<equals])
        var model = String(text[text.index(after: equals)...])
        var weight = 0
        if !isShadow {
            guard let slash = model.lastIndex(of: "/"), let share = Double(model[model.index(after: slash)...]),
                (0...100).contains(share)
            else { throw Self.unreadable(text, wanted) }
            weight = Int((share * 100).rounded())
            model = String(model[..<slash])
        }
        let version = try await application.registry().resolve(ModelReference(model))
        return ProductionVariant(name: name, version: version.id, weight: weight, isShadow: isShadow)
    }

    private static func unreadable(_ text: String, _ wanted: String) -> CommandError {
        CommandError(.workspaceInvalid, "'\(text)' is no variant; write \(wanted)", status: .invalid)
    }

    /// Basis points as percent.
    private static func percent(_ weight: Int) -> String {
        weight.isMultiple(of: 100) ? "\(weight / 100) %" : "\(Double(weight) / 100) %"
    }
}
