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
