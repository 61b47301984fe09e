import MartletCore

/// Which variants an endpoint has, and which of them answers which unit.
package struct EndpointTraffic: Sendable, Hashable, Codable {
    package var variants: [ProductionVariant]
    /// What is hashed with a unit to find its variant; another salt deals all units anew.
    package var salt: String
    /// The id of the release or experiment that set it.
    package var release: String?
    /// The buckets each variant owns, by its name; those of a store grew out of the traffic before.
    package var buckets: VariantBuckets
    /// When a variant is taken out at once; `nil` by the standard limits.
    package var fuse: FusePolicy?

    /// Describes traffic whose buckets are dealt in the order of `variants`.
    ///
    /// A store deals them anew with ``following(_:)``, so the caller need not know what was there before.
    package init(variants: [ProductionVariant], salt: String, release: String? = nil, fuse: FusePolicy? = nil) {
        self.init(
            variants: variants,
            salt: salt,
            release: release,
            buckets: VariantBuckets(dealtTo: variants),
            fuse: fuse
        )
    }

    /// Takes traffic as a store holds it.
    package init(
        variants: [ProductionVariant],
        salt: String,
        release: String?,
        buckets: VariantBuckets,
        fuse: FusePolicy? = nil
    ) {
        self.variants = variants
        self.salt = salt
        self.release = release
        self.buckets = buckets
        self.fuse = fuse
    }

    /// One version for everybody at `endpoint`, as the variant `live`.
    package init(live version: ModelVersionID, at endpoint: String) {
        let weight = ProductionVariant.wholeWeight
        let variant = ProductionVariant(name: ProductionVariant.liveName, version: version, weight: weight)
        self.init(variants: [variant], salt: endpoint)
    }

    /// The most variants of an endpoint, shadows among them.
    package static let variantLimit = 16

    /// The variants that answer, weight 0 among them.
    package var answering: [ProductionVariant] { self.variants.filter { !$0.isShadow } }

    /// The variants that score beside.
    package var shadows: [ProductionVariant] { self.variants.filter(\.isShadow) }

    /// The variant that answers most units; the first of equals.
    package var leading: ProductionVariant? {
        self.answering.reduce(nil) { best, next in best.map { $0.weight >= next.weight ? $0 : next } ?? next }
    }

    /// The same traffic with its buckets grown out of those of `previous`: under the same salt, no more units change
    /// their variant than the weights say.
    package func following(_ previous: EndpointTraffic?) -> EndpointTraffic {
        var traffic = self
        let kept = previous.flatMap { $0.salt == self.salt ? $0.buckets : nil }
        traffic.buckets = kept?.dealt(to: self.variants) ?? VariantBuckets(dealtTo: self.variants)
        return traffic
    }

    /// Checks names, weights and salt.
    ///
    /// - Throws: `deployment.invalidTraffic` with what to change.
    package func validate() throws(TrackingError) {
        guard !self.answering.isEmpty else { throw Self.invalid("no variant answers; give at least one") }
        guard self.variants.count <= Self.variantLimit else {
            throw Self.invalid("\(self.variants.count) variants were given; at most \(Self.variantLimit) can be served")
        }
        guard (1...200).contains(self.salt.utf8.count) else {
            throw Self.invalid("the salt has \(self.salt.utf8.count) bytes; give 1 to 200, such as the release's id")
        }
        var names: Set<String> = []
        for variant in self.variants {
            guard RegistryNames.isWord(variant.name, limit: 40) else {
                throw Self.invalid(
                    "'\(variant.name.prefix(40))' is no name of a variant; use 1 to 40 letters, digits, '-', '_' and '.'"
                )
            }
            guard names.insert(variant.name).inserted else {
                throw Self.invalid("two variants are named '\(variant.name)'; rename one")
            }
            guard (0...ProductionVariant.wholeWeight).contains(variant.weight) else {
                throw Self.invalid("'\(variant.name)' has the weight \(variant.weight); give 0 to 10000 basis points")
            }
            guard !variant.isShadow || variant.weight == 0 else {
                throw Self.invalid(
                    "'\(variant.name)' is a shadow with weight \(variant.weight); a shadow's weight is 0"
                )
            }
        }
        let sum = self.answering.reduce(0) { $0 + $1.weight }
        guard sum == ProductionVariant.wholeWeight else {
            throw Self.invalid(
                "the weights of the variants that answer add up to \(sum) basis points; make it 10000"
            )
        }
    }

    private static func invalid(_ what: String) -> TrackingError {
        TrackingError(.invalidTraffic, "the traffic of an endpoint cannot be set: \(what)")
    }
}
