package import MartletTracking

/// Several variants of one endpoint and who answers whom; immutable but for the fuses.
package final class TrafficSplit: Sendable {
    package let traffic: EndpointTraffic
    /// The loaded variants in the order of the traffic's; `nil` where one that nobody waits for could not be loaded.
    package let variants: [ServedVariant?]
    /// The variants that score beside.
    package let shadows: [ServedVariant]
    /// What the inputs of any variant are called.
    let plans: [InputPlan]
    private let assignment: VariantAssignment
    /// Who stands in for a variant that is out: the greatest weight first.
    private let substitutes: [ServedVariant]

    /// Prepares the choice among `variants`.
    package init(_ traffic: EndpointTraffic, variants: [ServedVariant?]) {
        self.traffic = traffic
        self.variants = variants
        self.assignment = VariantAssignment(traffic)
        let loaded = variants.compactMap { $0 }
        self.plans = loaded.map(\.model.plan)
        self.shadows = loaded.filter(\.variant.isShadow)
        self.substitutes = loaded.filter { !$0.variant.isShadow }.sorted { $0.variant.weight > $1.variant.weight }
    }

    /// The variant that `unit` belongs to.
    func variant(of unit: String) -> ServedVariant? { self.variants[self.assignment.position(of: unit)] }

    /// Who answers for `variant` when it cannot; `nil` when nobody is left.
    func substitute(for variant: ServedVariant) -> ServedVariant? {
        self.substitutes.first { $0 !== variant && !$0.fuse.isBlown }
    }
}
