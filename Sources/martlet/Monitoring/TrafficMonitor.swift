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
    private var business = BusinessLedger()
    private var interactions: [String: Int64] = [:]
    /// Hours that are over and gained nothing since are not compared again.
    private var compared: [Key: [Int64: (recordCount: Int, hour: ComparedHour)]] = [:]

    /// What the comparison of one hour with training says.
    private struct ComparedHour {
        let estimated: Double?
        let predictionDrift: Double?
        let worstDrift: Double?
    }

    /// Answers kept for each version, and labels for each endpoint, to be joined; older ones are given up first.
    static let keptLimit = 20_000
    /// Answers that keep their inputs, to be told apart by them.
    private static let slicedLimit = 5_000
    /// Rows that are explained in an hour at most.
    private static let explainedLimit = 100
    static let hour: Int64 = 3_600_000_000

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
        let business = self.business.endpoints(at: self.application.clock.now)
        let samples = self.last.flatMap { MonitoringSamples($0).all } + business.flatMap(MonitoringSamples.of)
        return MonitoringLook(samples: samples + [self.failures], versions: self.last, business: business)
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
        try self.read(since: begin, countingSince: BusinessLedger.begin(at: now))
        for endpoint in Set(keys.map(\.endpoint)) {
            try await self.readLabels(of: endpoint)
            try await self.readContracts(of: endpoint, since: BusinessLedger.begin(at: now))
        }
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

    private func read(since begin: EventTime, countingSince first: EventTime) throws {
        try self.tail.forEachNew(since: min(begin, first)) { record in
            guard record.status == "answered", record.shadow != true else { return }
            if record.time >= first { self.business.countPrediction(at: record.endpoint, record.time) }
            guard record.time >= begin, let name = record.model, let number = record.version else { return }
            let key = Key(endpoint: record.endpoint, version: ModelVersionID(name, number))
            guard case .some(.some(let model)) = self.models[key.version] else { return }
            let number64 = record.time.microseconds / Self.hour
            // Taken out, so that its sketches grow in place and are not copied for each record.
            var hour =
                self.hours[key, default: [:]].removeValue(forKey: number64)
                ?? Hour(profile: TrafficProfile(model.reference))
            model.add(record, isExplained: hour.profile.explainedCount < Self.explainedLimit, to: &hour.profile)
            hour.recordCount += 1
            self.hours[key, default: [:]][number64] = hour
            guard let exposure = Exposure(record), let prediction = exposure.prediction else { return }
            let join = OutcomeMatch.Prediction(requestID: record.requestID, at: record.time, entity: exposure.entity)
            let cells = record.inputs?.first.map(model.cells) ?? [:]
            self.answers[key, default: []].append(QualityReport.Row(join: join, prediction: prediction, cells: cells))
            self.trim(key)
        }
    }

    /// Gives up the inputs of older answers, and the oldest answers whole, a thousand at a time.
    private func trim(_ key: Key) {
        guard let count = self.answers[key]?.count, count.isMultiple(of: 1_000) else { return }
        if count > Self.keptLimit { self.answers[key]?.removeFirst(count - Self.keptLimit) }
        guard var rows = self.answers[key], rows.count > Self.slicedLimit else { return }
        for index in rows.indices.dropLast(Self.slicedLimit).reversed() {
            guard !rows[index].cells.isEmpty else { break }
            rows[index] = QualityReport.Row(join: rows[index].join, prediction: rows[index].prediction, cells: [:])
        }
        self.answers[key] = rows
    }

    private func readContracts(of endpoint: String, since first: EventTime) async throws {
        while true {
            let page = try await self.feedback.interactions(
                at: endpoint,
                after: self.interactions[endpoint] ?? 0,
                limit: 5_000
            )
            for interaction in page.map(\.value)
            where interaction.kind == BusinessLedger.contractKind && interaction.at >= first {
                self.business.countContract(at: endpoint, interaction.at, amount: interaction.amount)
            }
            if let last = page.last { self.interactions[endpoint] = last.sequence }
            if page.count < 5_000 { break }
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
        var monitored = MonitoredVersion(
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
        monitored.trend = self.trend(key, model, threshold)
        return monitored
    }

    /// Compares each hour with training by itself.
    private func trend(_ key: Key, _ model: MonitoredModel, _ threshold: Double?) -> [MonitoredVersion.Hour] {
        let realised = threshold == nil ? self.realisedErrors(key) : [:]
        let hours = self.hours[key] ?? [:]
        self.compared[key] = self.compared[key]?.filter { hours[$0.key] != nil }
        return hours.sorted { $0.key < $1.key }
            .map { number, hour in
                let compared = self.compare(key, number, hour, model, threshold)
                return MonitoredVersion.Hour(
                    at: EventTime(microseconds: number * Self.hour),
                    predictions: hour.recordCount,
                    realised: realised[number],
                    estimated: compared.estimated,
                    predictionDrift: compared.predictionDrift,
                    worstDrift: compared.worstDrift
                )
            }
    }

    private func compare(
        _ key: Key,
        _ number: Int64,
        _ hour: Hour,
        _ model: MonitoredModel,
        _ threshold: Double?
    ) -> ComparedHour {
        if let known = self.compared[key]?[number], known.recordCount == hour.recordCount { return known.hour }
        let rules = self.configuration.rules
        let drift = hour.profile.drift(from: model.reference, rules)
        let estimated = hour.profile.estimatedQuality(model.reference, threshold: threshold)
        let compared = ComparedHour(
            estimated: estimated.first { $0.name == "mae" }?.value,
            predictionDrift: drift.prediction[rules.measure]?.value,
            worstDrift: drift.columns.compactMap { $0[rules.measure]?.value }.max()
        )
        self.compared[key, default: [:]][number] = (hour.recordCount, compared)
        return compared
    }

    /// The mean absolute error on the labels that are in, by hour of the prediction.
    private func realisedErrors(_ key: Key) -> [Int64: Double] {
        let rows = self.answers[key] ?? []
        let labels = OutcomeMatch.labels(of: rows.map(\.join), among: self.labels[key.endpoint] ?? [])
        var sums: [Int64: (sum: Double, count: Int)] = [:]
        for (row, label) in zip(rows, labels) {
            guard let label else { continue }
            let number = row.join.at.microseconds / Self.hour
            let known = sums[number] ?? (0, 0)
            sums[number] = (known.sum + abs(row.prediction - label.value), known.count + 1)
        }
        return sums.mapValues { $0.sum / Double($0.count) }
    }
}
