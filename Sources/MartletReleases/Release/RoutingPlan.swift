package import MartletTracking

/// What is to be done so that an endpoint has some traffic, whatever a crash left behind.
package enum RoutingPlan: Sendable, Hashable {
    /// The endpoint has it, as `revision`.
    case done(revision: Int64)
    /// Set it, expecting the endpoint at `revision`.
    case route(expecting: Int64)
    /// Somebody else set the endpoint's traffic; `nil` when it was taken down.
    case displaced(Attribution?)

    /// Compares what is there with what shall be.
    ///
    /// Traffic that the release itself set without living to note it is taken as its own.
    ///
    /// - Parameters:
    ///   - target: the traffic that shall be.
    ///   - deployment: what the endpoint serves now.
    ///   - revision: the endpoint's revision as the release knows it.
    package init(_ target: EndpointTraffic, over deployment: Deployment?, knownAs revision: Int64) {
        guard let deployment else {
            self = .displaced(nil)
            return
        }
        let isOurs = deployment.traffic.release != nil && deployment.traffic.release == target.release
        if isOurs, deployment.traffic.variants == target.variants {
            self = .done(revision: deployment.revision)
        } else if isOurs || deployment.revision == revision {
            self = .route(expecting: deployment.revision)
        } else {
            self = .displaced(deployment.author)
        }
    }
}
