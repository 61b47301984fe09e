package import MartletCore
package import MartletTracking

/// What every endpoint serves at one moment; immutable, replaced as a whole.
package struct RoutingTable: Sendable {
    /// One endpoint.
    package struct Endpoint: Sendable {
        package let name: String
        /// The version that answers; `nil` when none could be loaded yet.
        package let model: ServedModel?
        /// Since when it answers.
        package let liveSince: EventTime?
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

        /// Describes an endpoint.
        package init(
            name: String,
            model: ServedModel?,
            liveSince: EventTime?,
            revision: Int64,
            failure: Failure?,
            metrics: EndpointMetrics
        ) {
            self.name = name
            self.model = model
            self.liveSince = liveSince
            self.revision = revision
            self.failure = failure
            self.metrics = metrics
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
        self.revision != nil && self.endpoints.values.allSatisfy { $0.model != nil }
    }
}
