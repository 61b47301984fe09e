import Foundation
import MartletCore
import MartletMonitoring
import MartletReleases
import MartletStores
import MartletTracking

extension Application {
    /// The version to look at: the one named, else the one that answers most of the endpoint's traffic.
    ///
    /// - Throws: `monitoring.noTraffic` when nothing is deployed, and what the registry throws.
    func monitoredModel(_ reference: String?, at endpoint: String) async throws -> MonitoredModel {
        _ = try self.endpoint(named: endpoint)
        if let reference {
            let version = try await self.registry().resolve(ModelReference(reference))
            return try await MonitoredModel(version, try self.artifacts())
        }
        guard let deployment = try await self.deployments().deployment(of: endpoint) else {
            throw MonitoringError(
                .monitoringNoTraffic,
                "nothing is deployed at endpoint '\(endpoint)'; deploy a version, or name one with --version"
            )
        }
        let version = try await self.registry().resolve(.version(deployment.version))
        return try await MonitoredModel(version, try self.artifacts())
    }

    /// Reads what `model` was asked at `endpoint` in `window`, shadows left out.
    func traffic(
        of model: MonitoredModel,
        at endpoint: String,
        in window: MonitoringWindow,
        keepsAnswers: Bool
    ) async throws -> VersionTraffic {
        let folder = URL(filePath: self.predictionsFolder)
        return try await Task {
            var traffic = VersionTraffic(model, keepsAnswers: keepsAnswers)
            try PredictionLogReader(directory: folder)
                .forEach(at: endpoint, from: window.from, to: window.to) { record in
                    guard record.status == "answered", record.shadow != true, record.model == model.version.model,
                        record.version == model.version.number
                    else { return }
                    traffic.add(record, model)
                }
            return traffic
        }
        .value
    }

    /// All outcomes at `endpoint`, in the order of arrival.
    func outcomes(at endpoint: String) async throws -> [Outcome] {
        let store = SQLFeedbackStore(try self.metadata.database())
        var (outcomes, sequence) = ([Outcome](), Int64(0))
        while true {
            let page = try await store.outcomes(at: endpoint, after: sequence, limit: 5_000)
            outcomes += page.map(\.value)
            guard let last = page.last, page.count == 5_000 else { return outcomes }
            sequence = last.sequence
        }
    }

    /// How well `model` did on `traffic`, which keeps its answers.
    func quality(
        of model: MonitoredModel,
        _ traffic: VersionTraffic,
        at endpoint: String,
        now: EventTime
    ) async throws -> QualityReport {
        let threshold: Double? =
            model.manifest.task == .binaryClassification ? model.manifest.threshold ?? 0.5 : nil
        let labels = try await self.outcomes(at: endpoint)
            .map { OutcomeMatch.Label(at: $0.at, requestID: $0.requestID, entity: $0.entity, value: $0.value) }
        return QualityReport(
            rows: traffic.answers.map { answer in
                QualityReport.Row(
                    join: .init(requestID: answer.requestID, at: answer.at, entity: answer.entity),
                    prediction: answer.prediction,
                    cells: answer.cells
                )
            },
            labels: labels,
            reference: model.reference,
            estimated: traffic.profile.estimatedQuality(model.reference, threshold: threshold),
            threshold: threshold,
            now: now
        )
    }
}

extension MonitoringError {
    /// The window holds no answered request of `model`.
    static func noTraffic(
        of model: MonitoredModel,
        at endpoint: String,
        in window: MonitoringWindow
    ) -> MonitoringError {
        MonitoringError(
            .monitoringNoTraffic,
            "the prediction log holds no answer of \(model.version) at '\(endpoint)' from \(window.from) to "
                + "\(window.to); serve some first, or widen the window with --last or --from"
        )
    }
}
