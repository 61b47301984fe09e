package import MartletCore
package import MartletTracking

/// What every endpoint serves at one moment; immutable, replaced as a whole.
package struct RoutingTable: Sendable {
    /// One endpoint.
    package struct Endpoint: Sendable {
        package let name: String
        /// The loaded variant that answers most units; `nil` when none could be loaded yet.
        package let leading: ServedVariant?
        /// Who answers which unit; `nil` while one variant answers all and none scores beside.
        package let split: TrafficSplit?
        /// The revision of deployments that put it there.
        package let revision: Int64
        /// The version that should answer but could not be loaded, and why.
        package let failure: Failure?
        let metrics: EndpointMetrics

        /// A version that could not be loaded.
        package struct Failure: Sendable {
            package let version: ModelVersionID
            package let message: String

            /// Says why `version` is not live.
            package init(version: ModelVersionID, message: String) {
                self.version = version
                self.message = message
            }
        }

        /// The version that answers most units.
        package var model: ServedModel? { self.leading?.model }

        /// Since when ``leading`` answers.
        package var liveSince: EventTime? { self.leading?.liveSince }

        /// All loaded variants in the order of the traffic's.
        package var variants: [ServedVariant] {
            self.split?.variants.compactMap { $0 } ?? self.leading.map { [$0] } ?? []
        }

        /// Describes an endpoint that one version answers, or none yet.
        package init(
            name: String,
            model: ServedModel?,
            liveSince: EventTime?,
            revision: Int64,
            failure: Failure?,
            metrics: EndpointMetrics
        ) {
            self.name = name
            self.split = nil
            self.leading = model.map { model in
                ServedVariant(
                    ProductionVariant(
                        name: ProductionVariant.liveName,
                        version: model.version,
                        weight: ProductionVariant.wholeWeight
                    ),
                    model: model,
                    release: nil,
                    liveSince: liveSince,
                    metrics: metrics
                )
            }
            self.revision = revision
            self.failure = failure
            self.metrics = metrics
        }

        /// Describes an endpoint with `traffic`, whose variants were loaded as far as they could be.
        package init(
            name: String,
            traffic: EndpointTraffic,
            variants: [ServedVariant?],
            revision: Int64,
            failure: Failure?,
            metrics: EndpointMetrics
        ) {
            let loaded = variants.compactMap { $0 }.filter { !$0.variant.isShadow }
            let leading = loaded.reduce(nil as ServedVariant?) { best, next in
                best.map { $0.variant.weight >= next.variant.weight ? $0 : next } ?? next
            }
            self.name = name
            self.leading = leading
            self.split = traffic.variants.count > 1 ? TrafficSplit(traffic, variants: variants) : nil
            self.revision = revision
            self.failure = failure
            self.metrics = leading?.metrics ?? metrics
        }

        /// The same endpoint, which should serve what `failure` says and goes on with what it has.
        func failing(_ failure: Failure, at revision: Int64) -> Endpoint {
            Endpoint(self, failure: failure, revision: revision)
        }

        private init(_ other: Endpoint, failure: Failure, revision: Int64) {
            self.name = other.name
            self.leading = other.leading
            self.split = other.split
            self.revision = revision
            self.failure = failure
            self.metrics = other.metrics
        }
    }

    /// The revision of deployments it stands for; `nil` before the first load.
    package let revision: Int64?
    package let endpoints: [String: Endpoint]

    /// Holds `endpoints` as of `revision`.
    package init(revision: Int64?, endpoints: [String: Endpoint]) {
        self.revision = revision
        self.endpoints = endpoints
    }

    /// Whether deployments were read, and every deployed endpoint has a version that answers.
    package var isReady: Bool {
        self.revision != nil && self.endpoints.values.allSatisfy { $0.leading != nil }
    }
}
