package import MartletCore
package import MartletTracking

/// What live traffic shows.
package protocol TrafficObservations: Sendable {
    /// Returns what `variant` of `endpoint` did since `moment`.
    ///
    /// Counting may begin later than `moment`, as after a restart: fewer requests prove less. It begins at most a second
    /// before it.
    ///
    /// - Parameters:
    ///   - variant: the name of the variant.
    ///   - version: the version it serves.
    ///   - endpoint: where.
    ///   - moment: when green got its share.
    ///   - limit: the latency beyond which a request counts as slow.
    /// - Returns: the counts, all 0 for a variant that is not there.
    /// - Throws: what the store throws.
    func traffic(
        of variant: String,
        serving version: ModelVersionID,
        at endpoint: String,
        since moment: EventTime,
        slowerThan limit: TimeSpan
    ) async throws(TrackingError) -> GreenTraffic

    /// Returns what is known of an experiment now.
    func reading(of experiment: ExperimentState) async throws(TrackingError) -> ExperimentReading
}
