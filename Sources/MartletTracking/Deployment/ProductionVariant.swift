/// One model version among those behind an endpoint.
package struct ProductionVariant: Sendable, Hashable, Codable {
    /// The name within the endpoint, such as `control`, `treatment`, `blue` or `green`.
    package var name: String
    package var version: ModelVersionID
    /// The share of units it answers, in basis points: 0 to 10,000.
    ///
    /// A variant of weight 0 answers nobody and is kept loaded, so that it can take over at once.
    package var weight: Int
    /// Whether it scores every request beside the one that answers, for nobody to see but the prediction log.
    package var isShadow: Bool

    /// Describes a variant.
    package init(name: String, version: ModelVersionID, weight: Int, isShadow: Bool = false) {
        self.name = name
        self.version = version
        self.weight = weight
        self.isShadow = isShadow
    }

    /// All of an endpoint's traffic, in basis points.
    package static let wholeWeight = 10_000

    /// The name of the only variant of an endpoint that was deployed without more ado.
    package static let liveName = "live"
}
