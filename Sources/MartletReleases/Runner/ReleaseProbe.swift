package import MartletTracking

/// Tries a version before it takes traffic.
package protocol ReleaseProbe: Sendable {
    /// Says why the version cannot answer at `endpoint` yet; `nil` when it is loaded.
    func obstacle(of version: ModelVersionID, at endpoint: String) async -> String?

    /// Says why the version could not be loaded at all; `nil` when it can.
    func loadFailure(of version: ModelVersionID) async -> String?

    /// Has the version answer the recorded requests of `health`.
    ///
    /// - Throws: `release.invalid` when the file of requests cannot be read.
    func answers(
        of version: ModelVersionID,
        to health: ReleaseHealth
    ) async throws(TrackingError) -> [HealthRule.Check]
}
