/// The model versions behind an endpoint.
package struct Deployment: Sendable, Hashable, Codable {
    package var endpoint: String
    package var traffic: EndpointTraffic
    /// The version that answers most units: that of ``EndpointTraffic/leading``.
    package private(set) var version: ModelVersionID
    /// The revision of all deployments that this change made.
    package var revision: Int64
    package var author: Attribution

    /// Describes a deployment as a store holds it; `nil` when no variant answers.
    package init?(endpoint: String, traffic: EndpointTraffic, revision: Int64, author: Attribution) {
        guard let leading = traffic.leading else { return nil }
        self.endpoint = endpoint
        self.traffic = traffic
        self.version = leading.version
        self.revision = revision
        self.author = author
    }
}

/// What all endpoints serve at one revision.
package struct DeploymentSnapshot: Sendable, Hashable {
    package let revision: Int64
    /// The live deployments by endpoint name.
    package let deployments: [Deployment]

    /// Holds the live deployments as of `revision`.
    package init(revision: Int64, deployments: [Deployment]) {
        self.revision = revision
        self.deployments = deployments
    }
}
