package import MartletCore
package import MartletMonitoring
package import MartletTracking

/// What the last look at the traffic of one live version found.
package struct MonitoredVersion: Sendable {
    package let endpoint: String
    package let version: ModelVersionID
    /// When it was looked.
    package let at: EventTime
    /// How much of the latest traffic was compared.
    package let window: TimeSpan
    package let drift: DriftReport
    package let quality: QualityReport
    /// The hours of the window, the oldest first.
    package var trend: [Hour] = []

    /// What one hour of the window showed.
    package struct Hour: Sendable, Hashable, Codable {
        /// When it began.
        package let at: EventTime
        package let predictions: Int
        /// The mean absolute error on the labels that are in; `nil` without one, and for classifiers.
        package let realised: Double?
        /// The mean absolute error to expect; `nil` when the version cannot say.
        package let estimated: Double?
        /// How far predictions moved from training, by the chosen measure.
        package let predictionDrift: Double?
        /// How far the input moved that moved most.
        package let worstDrift: Double?

        private enum CodingKeys: String, CodingKey {
            case at, predictions, realised, estimated
            case predictionDrift = "prediction_drift"
            case worstDrift = "worst_drift"
        }

        /// Holds what an hour showed.
        package init(
            at moment: EventTime,
            predictions: Int,
            realised: Double?,
            estimated: Double?,
            predictionDrift: Double?,
            worstDrift: Double?
        ) {
            self.at = moment
            self.predictions = predictions
            self.realised = realised
            self.estimated = estimated
            self.predictionDrift = predictionDrift
            self.worstDrift = worstDrift
        }
    }

    /// Puts it together.
    package init(
        endpoint: String,
        version: ModelVersionID,
        at moment: EventTime,
        window: TimeSpan,
        drift: DriftReport,
        quality: QualityReport
    ) {
        self.endpoint = endpoint
        self.version = version
        self.at = moment
        self.window = window
        self.drift = drift
        self.quality = quality
    }
}
