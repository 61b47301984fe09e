package import MartletCore
package import MartletTracking

/// Puts the units together that releases move.
package protocol ReleaseUnits: Sendable {
    /// Returns the unit of a version that is released by the rules of hash `policy`.
    ///
    /// - Throws: `registry.versionNotFound`, or what the artifact store throws when the model cannot be read.
    func unit(of version: ModelVersionID, policy: ContentHash) async throws(TrackingError) -> ReleaseUnit
}
