import Foundation
import MartletCore
import MartletMonitoring
import MartletReleases
import MartletServer
import MartletStores
import MartletTracking

/// Compares the traffic of what is live with its training as it comes, hour by hour.
///
/// Each look reads what the prediction log gained since the last. Hours are kept as sketches and put together to the
/// window, so that a look costs what is new and not what the window holds.
actor TrafficMonitor {
    private struct Key: Hashable {
        let endpoint: String
        let version: ModelVersionID
    }

    /// What came to one version in one hour.
    private struct Hour {
        var profile: TrafficProfile
        var recordCount = 0
    }

    private let application: Application
    private let configuration: MonitoringConfiguration
    private let tail: PredictionLogTail
    private let feedback: any FeedbackStore
    /// `nil` for a version without a reference, so that it is not looked for again.
    private var models: [ModelVersionID: MonitoredModel?] = [:]
    private var hours: [Key: [Int64: Hour]] = [:]
    private var answers: [Key: [QualityReport.Row]] = [:]
    private var labels: [String: [OutcomeMatch.Label]] = [:]
    private var sequences: [String: Int64] = [:]
    private var failureCount = 0
    private var last: [MonitoredVersion] = []

    /// Answers kept for each version, and labels for each endpoint, to be joined; older ones are given up first.
    private static let keptLimit = 20_000
    /// Rows that are explained in an hour at most.
    private static let explainedLimit = 100
    private static let hour: Int64 = 3_600_000_000

    /// Follows the log and the feedback of `application`.
    init(_ application: Application) throws {
        self.application = application
        self.configuration = application.workspace.configuration.monitoring
        self.tail = PredictionLogTail(directory: URL(filePath: application.predictionsFolder))
        self.feedback = SQLFeedbackStore(try application.metadata.database())
    }

    /// Looks once and says what it found; `nil` when the server stops meanwhile.
    ///
    /// A look that fails is counted, and what was found before stays.
    func look() async -> MonitoringLook? {
        do {
            let versions = try await self.versions()
            self.last = versions
        } catch {
            // The server stops; that is no fault.
            if Task.isCancelled { return nil }
            self.failureCount += 1
            self.application.terminal.note(
                "live traffic cannot be compared with training: \(readableMessage(of: error))"
            )
        }
        let samples = self.last.flatMap { MonitoringSamples($0).all }
        return MonitoringLook(samples: samples + [self.failures], versions: self.last)
    }

    private var failures: MetricSample {
        MetricSample(
            "martlet_monitoring_failures_total",
            "Looks at live traffic that failed.",
            isCounter: true,
            value: Double(self.failureCount)
        )
    }

    private func versions() async throws -> [MonitoredVersion] {
        let now = self.application.clock.now
        let begin = now - self.configuration.window
        let live = try await self.application.deployments().snapshot().deployments
        let keys = live.flatMap { deployment in
            deployment.traffic.answering.map { Key(endpoint: deployment.endpoint, version: $0.version) }
        }
        for key in keys where self.models[key.version] == nil { try await self.load(key.version) }
        try self.read(since: begin)
        for endpoint in Set(keys.map(\.endpoint)) { try await self.readLabels(of: endpoint) }
        var versions: [MonitoredVersion] = []
        for key in keys {
            guard case .some(.some(let model)) = self.models[key.version] else { continue }
            self.hours[key] = self.hours[key]?.filter { ($0.key + 1) * Self.hour > begin.microseconds }
            self.answers[key]?.removeAll { $0.join.at < begin }
            var whole = TrafficProfile(model.reference)
            for (_, hour) in (self.hours[key] ?? [:]).sorted(by: { $0.key < $1.key }) { whole.merge(hour.profile) }
            guard whole.data.rowCount > 0 else { continue }
            versions.append(self.monitored(key, model, whole, now))
        }
        return versions
    }

    private func load(_ version: ModelVersionID) async throws {
        guard let registered = try await self.application.registry().version(version) else { return }
        do {
            self.models[version] = try await MonitoredModel(registered, try self.application.artifacts())
        } catch let error as MonitoringError where error.code == .monitoringNoReference {
            self.models[version] = .some(nil)
            self.application.terminal.note(error.message)
        }
    }

    private func read(since begin: EventTime) throws {
        try self.tail.forEachNew(since: begin) { record in
            guard record.status == "answered", record.shadow != true, record.time >= begin, let name = record.model,
                let number = record.version
            else { return }
            let key = Key(endpoint: record.endpoint, version: ModelVersionID(name, number))
            guard case .some(.some(let model)) = self.models[key.version] else { return }
            let number64 = record.time.microseconds / Self.hour
            var hour = self.hours[key]?[number64] ?? Hour(profile: TrafficProfile(model.reference))
            model.add(record, isExplained: hour.profile.explainedCount < Self.explainedLimit, to: &hour.profile)
            hour.recordCount += 1
            self.hours[key, default: [:]][number64] = hour
            guard let exposure = Exposure(record), let prediction = exposure.prediction else { return }
            let join = OutcomeMatch.Prediction(requestID: record.requestID, at: record.time, entity: exposure.entity)
            self.answers[key, default: []].append(QualityReport.Row(join: join, prediction: prediction, cells: [:]))
        }
        for (key, rows) in self.answers where rows.count > Self.keptLimit {
            self.answers[key] = Array(rows.suffix(Self.keptLimit))
        }
    }

    private func readLabels(of endpoint: String) async throws {
        while true {
            let page = try await self.feedback.outcomes(
                at: endpoint,
                after: self.sequences[endpoint] ?? 0,
                limit: 5_000
            )
            self.labels[endpoint, default: []] += page.map { arrival in
                let outcome = arrival.value
                return OutcomeMatch.Label(
                    at: outcome.at,
                    requestID: outcome.requestID,
                    entity: outcome.entity,
                    value: outcome.value
                )
            }
            if let last = page.last { self.sequences[endpoint] = last.sequence }
            if page.count < 5_000 { break }
        }
        if let labels = self.labels[endpoint], labels.count > Self.keptLimit {
            self.labels[endpoint] = Array(labels.suffix(Self.keptLimit))
        }
    }

    private func monitored(
        _ key: Key,
        _ model: MonitoredModel,
        _ whole: TrafficProfile,
        _ now: EventTime
    ) -> MonitoredVersion {
        let threshold: Double? = model.manifest.task == .binaryClassification ? model.manifest.threshold ?? 0.5 : nil
        return MonitoredVersion(
            endpoint: key.endpoint,
            version: key.version,
            at: now,
            window: self.configuration.window,
            drift: whole.drift(from: model.reference, self.configuration.rules),
            quality: QualityReport(
                rows: self.answers[key] ?? [],
                labels: self.labels[key.endpoint] ?? [],
                reference: model.reference,
                estimated: whole.estimatedQuality(model.reference, threshold: threshold),
                threshold: threshold,
                now: now
            )
        )
    }
}
