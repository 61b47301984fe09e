import MartletCore
import MartletMonitoring
import MartletStatistics
import MartletTracking

extension Application {
    /// What monitoring says of the live version at an endpoint.
    struct MonitoredMeasures: Sendable {
        /// The greatest population stability index after what sampling can do, and the column it is of.
        var drift: (value: Double, column: String)?
        /// How much greater the foreseen error is than in the test, as a share; `nil` for classifiers.
        var lossIncrease: Double?

        /// How much traffic is looked at.
        static let window = TimeSpan.days(7)
    }

    /// Measures the last week's traffic of the live version against its training.
    ///
    /// - Returns: nothing for a version without a profile, or without traffic.
    func monitoredMeasures(at endpoint: String, now: EventTime) async throws -> MonitoredMeasures {
        var measures = MonitoredMeasures()
        let window = MonitoringWindow(last: MonitoredMeasures.window, before: now)
        let (model, traffic): (MonitoredModel, VersionTraffic)
        do {
            model = try await self.monitoredModel(nil, at: endpoint)
            traffic = try await self.traffic(of: model, at: endpoint, in: window, keepsAnswers: false)
        } catch let error as MonitoringError {
            self.terminal.note("drift was not measured: \(error.message)")
            return measures
        }
        guard traffic.profile.data.rowCount > 0 else { return measures }
        let report = traffic.profile.drift(from: model.reference, DriftRules())
        for column in report.columns + [report.prediction] {
            guard let value = column.populationStability?.lower, value > measures.drift?.value ?? -1 else { continue }
            measures.drift = (value, column.name)
        }
        if let tested = model.reference.loss?.foreseenTestError, tested > 0, traffic.profile.foreseen.count > 0 {
            measures.lossIncrease = traffic.profile.foreseen.mean / tested - 1
        }
        return measures
    }
}
