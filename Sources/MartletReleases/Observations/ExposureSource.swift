/// Reads the predictions of an experiment as they are logged.
package protocol ExposureSource: Sendable {
    /// Returns the predictions made for the release or experiment `release` that were logged since the last call, in no
    /// particular order; each once.
    ///
    /// The first call returns all there are.
    func newExposures(of release: String) async throws -> [Exposure]
}
