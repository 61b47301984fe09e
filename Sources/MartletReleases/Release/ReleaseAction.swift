package import MartletTracking

/// What must be done next for a release or an experiment.
///
/// It follows from the stored state alone, and doing it twice is the same as doing it once: after a crash it is simply
/// done again.
package enum ReleaseAction: Sendable, Hashable {
    /// Set the endpoint's traffic, then tell with which revision.
    case route(EndpointTraffic)
    /// See whether the version is loaded everywhere.
    case awaitLoaded(ModelVersionID)
    /// Have the version answer the recorded requests.
    case checkHealth(ModelVersionID)
    /// Look at what the traffic shows, and let the rules decide.
    case observe
    /// Nothing is left to do.
    case nothing
}
