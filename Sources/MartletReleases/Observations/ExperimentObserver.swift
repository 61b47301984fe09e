package import MartletTracking

/// Follows the prediction log and the feedback of one experiment, so that a look costs only what is new.
package actor ExperimentObserver {
    private let experiment: String
    private let endpoint: String
    private let exposures: any ExposureSource
    private let feedback: any FeedbackStore
    private var observations: ExperimentObservations
    private var interactionSequence: Int64 = 0
    private var outcomeSequence: Int64 = 0

    /// Follows `experiment`, whose traffic names it as its release, at `endpoint`.
    ///
    /// What it knows is in memory; a new one reads all again and comes to the same.
    package init(
        experiment: String,
        endpoint: String,
        observations: ExperimentObservations,
        exposures: any ExposureSource,
        feedback: any FeedbackStore
    ) {
        self.experiment = experiment
        self.endpoint = endpoint
        self.observations = observations
        self.exposures = exposures
        self.feedback = feedback
    }

    /// Takes in what is new and returns the figures.
    ///
    /// - Throws: what the log or the store throws; what was taken in before stays.
    package func look() async throws -> ExperimentReading {
        for exposure in try await self.exposures.newExposures(of: self.experiment) { self.observations.add(exposure) }
        while true {
            let after = self.interactionSequence
            let page = try await self.feedback.interactions(at: self.endpoint, after: after, limit: Self.pageCount)
            // Another look may have come first while this one waited.
            for arrival in page where arrival.sequence > self.interactionSequence {
                self.observations.add(arrival.value)
                self.interactionSequence = arrival.sequence
            }
            if page.count < Self.pageCount { break }
        }
        while true {
            let after = self.outcomeSequence
            let page = try await self.feedback.outcomes(at: self.endpoint, after: after, limit: Self.pageCount)
            for arrival in page where arrival.sequence > self.outcomeSequence {
                self.observations.add(arrival.value)
                self.outcomeSequence = arrival.sequence
            }
            if page.count < Self.pageCount { break }
        }
        return self.observations.reading
    }

    private static let pageCount = 5_000
}
