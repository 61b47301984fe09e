import Foundation
import MartletCore
import MartletReleases
import MartletServing
import MartletStatistics
import MartletStores
import MartletTracking

/// What the gateway of this process counts, and what the prediction log and the feedback say of experiments.
actor GatewayObservations: TrafficObservations {
    private let gateway: Gateway
    private let feedback: any FeedbackStore
    private let predictionsFolder: URL
    private var observers: [String: ExperimentObserver] = [:]

    init(gateway: Gateway, feedback: any FeedbackStore, predictionsFolder: URL) {
        self.gateway = gateway
        self.feedback = feedback
        self.predictionsFolder = predictionsFolder
    }

    func traffic(
        of variant: String,
        serving version: ModelVersionID,
        at endpoint: String,
        since moment: EventTime,
        slowerThan limit: TimeSpan
    ) async throws(TrackingError) -> GreenTraffic {
        let all = self.gateway.traffic(of: endpoint, since: moment)
        guard let found = all.first(where: { $0.name == variant && $0.version == version }) else { return .none }
        let counts = found.counts
        let errors = Int(clamping: found.faultCount)
        // A bucket that reaches past the limit counts as slow whole: never too kindly.
        let gate = LatencyGate(
            quantile: 0.5,
            thresholdMilliseconds: max(Double(limit.microseconds) / 1_000, 0.001)
        )
        let slow = gate.slow(
            counts: counts.buckets.map { Int(clamping: $0) },
            upperBounds: EndpointMetrics.bucketMicroseconds.map { Double($0) / 1_000 }
        )
        return GreenTraffic(
            requests: Int(clamping: counts.answeredCount) + errors,
            errors: errors,
            slow: slow.successes,
            takenOut: found.outage?.reason
        )
    }

    func reading(of experiment: ExperimentState) async throws(TrackingError) -> ExperimentReading {
        do {
            var reading = try await self.observer(of: experiment).look()
            let traffic = self.gateway.traffic(of: experiment.plan.endpoint, since: experiment.phaseSince)
            for variant in traffic {
                guard let outage = variant.outage else { continue }
                reading.variants[variant.name]?.takenOut = outage.reason
            }
            return reading
        } catch let error as TrackingError {
            throw error
        } catch {
            throw TrackingError(
                .trackingStoreFailed,
                "the observations of experiment \(experiment.id) cannot be read: \(readableMessage(of: error))",
                underlying: error
            )
        }
    }

    /// The follower of an experiment; one that starts anew reads everything again and comes to the same.
    private func observer(of experiment: ExperimentState) -> ExperimentObserver {
        if let known = self.observers[experiment.id] { return known }
        let observer = ExperimentObserver(
            experiment: experiment.id,
            endpoint: experiment.plan.endpoint,
            observations: ExperimentObservations(
                variants: [ExperimentReading.control, ExperimentReading.treatment],
                metrics: experiment.experiment.metrics,
                from: experiment.runningSince ?? experiment.startedBy.at,
                pairedLoss: experiment.experiment.isPaired ? .absolute : nil,
                reducing: experiment.experiment.varianceReduction ?? .none
            ),
            exposures: PredictionExposures(directory: self.predictionsFolder),
            feedback: self.feedback
        )
        self.observers[experiment.id] = observer
        return observer
    }
}
