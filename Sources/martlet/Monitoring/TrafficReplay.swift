import Foundation
import MartletCore
import MartletMonitoring
import MartletReleases
import MartletStores
import MartletTracking

/// Looks at the traffic of the past as a running server did: every so often, at what had come by then.
///
/// It goes by the prediction log, the versions that were live, and the outcomes. When an outcome arrived is not kept:
/// it counts from when it came true, and no sooner than what arrived before it.
struct TrafficReplay {
    private let application: Application
    private let configuration: MonitoringConfiguration
    private let window: MonitoringWindow

    /// Looks at the traffic of `window`, as `application` is told to compare it.
    init(_ application: Application, _ window: MonitoringWindow) {
        self.application = application
        self.configuration = application.workspace.configuration.monitoring
        self.window = window
    }

    /// What all looks found, the oldest first.
    func looks() async throws -> [PastLook] {
        var found: [EventTime: [AlertFacts.Comparison]] = [:]
        for endpoint in self.application.workspace.configuration.endpoints.entries.map(\.name) {
            let changes = try await self.application.deployments().history(of: endpoint, limit: 1_000)
                .sorted { $0.author.at < $1.author.at }
            var versions: [ModelVersionID: ReplayedVersion] = [:]
            for id in Set(changes.flatMap { $0.traffic.answering.map(\.version) }) {
                guard let model = try await self.model(id) else { continue }
                versions[id] = ReplayedVersion(endpoint: endpoint, model, self.configuration)
            }
            guard !versions.isEmpty else { continue }
            let labels = Self.arrivals(try await self.application.outcomes(at: endpoint))
            let (window, configuration) = (self.window, self.configuration)
            let folder = URL(filePath: self.application.predictionsFolder)
            let looked = try await Task { [versions] in
                var pass = ReplayedPass(endpoint, versions, changes, labels, configuration, window)
                try pass.run(PredictionLogReader(directory: folder))
                return pass.looks
            }
            .value
            for look in looked { found[look.at, default: []] += look.comparisons }
        }
        return found.sorted { $0.key < $1.key }.map { PastLook(at: $0.key, comparisons: $0.value) }
    }

    /// A version with its profile; `nil` for one that was trained elsewhere or is gone.
    private func model(_ id: ModelVersionID) async throws -> MonitoredModel? {
        guard let version = try await self.application.registry().version(id) else { return nil }
        do {
            return try await MonitoredModel(version, try self.application.artifacts())
        } catch let error as MonitoringError where error.code == .monitoringNoReference {
            self.application.terminal.note(error.message)
            return nil
        }
    }

    /// Labels in the order of arrival, each with when it is known from.
    private static func arrivals(_ outcomes: [Outcome]) -> [(at: EventTime, label: OutcomeMatch.Label)] {
        var last = EventTime(microseconds: .min)
        return outcomes.map { outcome in
            last = max(last, outcome.at)
            let label = OutcomeMatch.Label(
                at: outcome.at,
                requestID: outcome.requestID,
                entity: outcome.entity,
                value: outcome.value
            )
            return (last, label)
        }
    }
}

/// One endpoint's past, read from its beginning to its end.
private struct ReplayedPass {
    private(set) var looks: [PastLook] = []
    private let endpoint: String
    private var versions: [ModelVersionID: ReplayedVersion]
    private let changes: [Deployment]
    private let labels: [(at: EventTime, label: OutcomeMatch.Label)]
    private let configuration: MonitoringConfiguration
    private let window: MonitoringWindow
    private var next: EventTime

    private static let day = TimeSpan.days(1)

    init(
        _ endpoint: String,
        _ versions: [ModelVersionID: ReplayedVersion],
        _ changes: [Deployment],
        _ labels: [(at: EventTime, label: OutcomeMatch.Label)],
        _ configuration: MonitoringConfiguration,
        _ window: MonitoringWindow
    ) {
        self.endpoint = endpoint
        self.versions = versions
        self.changes = changes
        self.labels = labels
        self.configuration = configuration
        self.window = window
        self.next = window.from
    }

    /// Reads the log a day at a time, since its segments are in order only by day.
    mutating func run(_ reader: PredictionLogReader) throws {
        // The hour in which the first window begins is compared whole.
        var begin = self.window.from - self.configuration.window - TimeSpan(microseconds: TrafficMonitor.hour)
        while begin < self.window.to {
            let end = min(begin + Self.day, self.window.to)
            var records: [LoggedPrediction] = []
            try reader.forEach(at: self.endpoint, from: begin, to: end) { record in
                if record.status == "answered", record.shadow != true { records.append(record) }
            }
            for record in records.sorted(by: { $0.time < $1.time }) {
                self.look(before: record.time)
                guard let name = record.model, let number = record.version else { continue }
                self.versions[ModelVersionID(name, number)]?.add(record)
            }
            self.look(before: end)
            begin = end
        }
        if self.next <= self.window.to { self.look(at: self.window.to) }
    }

    /// As often as a server looks, but not more often than rules are replayed.
    static func step(_ configuration: MonitoringConfiguration) -> TimeSpan {
        max(configuration.every, AlertReplay.step)
    }

    private mutating func look(before moment: EventTime) {
        while self.next < moment {
            self.look(at: self.next)
            self.next = self.next + Self.step(self.configuration)
        }
    }

    private mutating func look(at now: EventTime) {
        var comparisons: [AlertFacts.Comparison] = []
        let live = self.changes.last { $0.author.at <= now }
        for variant in live?.traffic.answering ?? [] {
            let known = self.labels.prefix { $0.at <= now }
            if let comparison = self.versions[variant.version]?.look(at: now, known) { comparisons.append(comparison) }
        }
        self.looks.append(PastLook(at: now, comparisons: comparisons))
    }
}

/// The latest traffic of one version, as a server that follows it would hold it.
private struct ReplayedVersion: Sendable {
    private let endpoint: String
    private let model: MonitoredModel
    private let configuration: MonitoringConfiguration
    private let threshold: Double?
    private var hours: [Int64: TrafficProfile] = [:]
    /// All hours but the last put together, which stay as they are while the last grows.
    private var earlier: (hours: ClosedRange<Int64>, profile: TrafficProfile)?
    private var answers: [QualityReport.Row] = []
    private var isChanged = true
    private var labelCount = 0
    private var last: AlertFacts.Comparison?

    init(endpoint: String, _ model: MonitoredModel, _ configuration: MonitoringConfiguration) {
        self.endpoint = endpoint
        self.model = model
        self.configuration = configuration
        self.threshold = model.manifest.task == .binaryClassification ? model.manifest.threshold ?? 0.5 : nil
    }

    mutating func add(_ record: LoggedPrediction) {
        let number = record.time.microseconds / TrafficMonitor.hour
        var profile = self.hours[number] ?? TrafficProfile(self.model.reference)
        // What moved answers is no part of what alerts look at.
        self.model.add(record, isExplained: false, to: &profile)
        self.hours[number] = profile
        self.isChanged = true
        guard let exposure = Exposure(record), let prediction = exposure.prediction else { return }
        let join = OutcomeMatch.Prediction(requestID: record.requestID, at: record.time, entity: exposure.entity)
        self.answers.append(QualityReport.Row(join: join, prediction: prediction, cells: [:]))
        let (count, limit) = (self.answers.count, TrafficMonitor.keptLimit)
        if count > limit, count.isMultiple(of: 1_000) { self.answers.removeFirst(count - limit) }
    }

    /// Compares what came in the window before `now` with training; `nil` when nothing did.
    mutating func look(
        at now: EventTime,
        _ labels: ArraySlice<(at: EventTime, label: OutcomeMatch.Label)>
    ) -> AlertFacts.Comparison? {
        self.forget(before: now - self.configuration.window)
        guard self.isChanged || labels.count != self.labelCount else { return self.last }
        (self.isChanged, self.labelCount) = (false, labels.count)
        let whole = self.whole()
        guard whole.data.rowCount > 0 else {
            self.last = nil
            return nil
        }
        let quality = QualityReport(
            rows: self.answers,
            labels: labels.suffix(TrafficMonitor.keptLimit).map(\.label),
            reference: self.model.reference,
            estimated: whole.estimatedQuality(self.model.reference, threshold: self.threshold),
            threshold: self.threshold,
            now: now
        )
        self.last = AlertFacts.Comparison(
            endpoint: self.endpoint,
            version: self.model.version.description,
            driftedColumns: whole.drift(from: self.model.reference, self.configuration.rules).driftedColumns
                .map(\.name),
            errorGrowth: quality.growth,
            estimatedGrowth: quality.estimatedGrowth
        )
        return self.last
    }

    private mutating func forget(before begin: EventTime) {
        let length = TrafficMonitor.hour
        for number in self.hours.keys.filter({ ($0 + 1) * length <= begin.microseconds }) {
            self.hours[number] = nil
            self.isChanged = true
        }
        // The oldest come first.
        let old = self.answers.prefix { $0.join.at < begin }.count
        guard old > 0 else { return }
        self.answers.removeFirst(old)
        self.isChanged = true
    }

    private mutating func whole() -> TrafficProfile {
        let numbers = self.hours.keys.sorted()
        guard let last = numbers.last, let newest = self.hours[last] else {
            return TrafficProfile(self.model.reference)
        }
        let closed = numbers.dropLast()
        guard let first = closed.first, let latest = closed.last else {
            var whole = TrafficProfile(self.model.reference)
            whole.merge(newest)
            return whole
        }
        if self.earlier?.hours != first...latest {
            var profile = TrafficProfile(self.model.reference)
            for number in closed { if let hour = self.hours[number] { profile.merge(hour) } }
            self.earlier = (first...latest, profile)
        }
        var whole = self.earlier?.profile ?? TrafficProfile(self.model.reference)
        whole.merge(newest)
        return whole
    }
}
