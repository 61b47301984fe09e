/// A model version behind an endpoint.
package struct Deployment: Sendable, Hashable, Codable {
    package var endpoint: String
    package var version: ModelVersionID
    /// The revision of all deployments that this change made.
    package var revision: Int64
    package var author: Attribution

    /// Describes a deployment as a store holds it.
    package init(endpoint: String, version: ModelVersionID, revision: Int64, author: Attribution) {
        self.endpoint = endpoint
        self.version = version
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
