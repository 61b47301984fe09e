import Foundation
import MartletCore
import MartletReleases
import MartletStatistics
import MartletStores
import MartletTesting
import MartletTracking
import Synchronization

/// A real metadata database with two versions of a model, and visitors under a clock that runs as fast as asked.
final class ReleaseWorkbench: ReleaseProbe, TrafficObservations, ReleaseUnits {
    /// What visitors meet, and what they do.
    struct Life: Sendable {
        var now = EventTime(microseconds: 1_700_000_000_000_000)
        var nextID = 0
        var errorRate = 0.0
        var slowRate = 0.0
        var requestsPerSecond = 10.0
        /// Contracts of a hundred units.
        var controlContracts = 10.0
        var treatmentContracts = 10.0
        var unitsPerDay = 20_000.0
        var obstacle: String?
        var answer = 2.0
        var takenOut: String?
    }

    let life = Mutex(Life())
    let database: MetadataDatabase
    let store: SQLReleaseStore
    let deployments: SQLDeploymentStore
    let registry: SQLModelRegistry
    let ledger: SQLLedger

    init(_ kind: MetadataKind = .sqlite) throws {
        self.database = try kind.open()
        self.store = SQLReleaseStore(self.database)
        self.deployments = SQLDeploymentStore(self.database)
        self.registry = SQLModelRegistry(self.database)
        self.ledger = SQLLedger(self.database)
    }

    static let blue = ModelVersionID("price", 1)
    static let green = ModelVersionID("price", 2)

    /// Version 1 live at `price`, version 2 approved.
    func prepare(approvingGreen: Bool = true) async throws {
        for number in 1...2 {
            let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
            _ = try await self.registry.register(new, self.author("ada"))
            guard number == 1 || approvingGreen else { continue }
            _ = try await self.registry.decide(.approved, on: ModelVersionID("price", number), self.author("ada"))
        }
        _ = try await self.deployments.deploy(Self.blue, to: "price", self.author("ada"))
    }

    func author(_ name: String, _ reason: String? = nil) -> Attribution {
        Attribution(by: name, at: self.now, reason: reason)
    }

    var now: EventTime { self.life.withLock { $0.now } }

    func newID() -> String {
        self.life.withLock { life in
            life.nextID += 1
            return "run-\(life.nextID)"
        }
    }

    /// A runner as a process that has just started has it.
    func runner() -> ReleaseRunner {
        ReleaseRunner(
            store: self.store,
            deployments: self.deployments,
            probe: self,
            observations: self,
            now: { self.now },
            newID: { self.newID() }
        )
    }

    var desk: ReleaseDesk { self.desk(over: self.store) }

    func desk(over store: any ReleaseStore) -> ReleaseDesk {
        ReleaseDesk(
            store: store,
            deployments: self.deployments,
            registry: self.registry,
            probe: self,
            units: self,
            newID: { self.newID() }
        )
    }

    /// Lets time pass and the runner work until `run` has ended or `isEnough` holds, with a new process for each tick.
    ///
    /// - Returns: the run as it then stands.
    @discardableResult
    func pass(
        _ span: TimeSpan,
        tick: TimeSpan,
        of id: String,
        restarting: Bool = false,
        until isEnough: (ReleaseRun) -> Bool = { $0.isFinal }
    ) async throws -> ReleaseRun {
        var runner = self.runner()
        let end = self.now + span
        while self.now < end {
            if let stored = try await self.store.run(id), isEnough(stored.run) { break }
            if restarting { runner = self.runner() }
            await runner.tick()
            self.life.withLock { $0.now = $0.now + tick }
        }
        guard let stored = try await self.store.run(id) else {
            throw TrackingError(.releaseNotFound, "\(id) is gone")
        }
        return stored.run
    }

    // MARK: What the runner asks

    func obstacle(of version: ModelVersionID, at endpoint: String) async -> String? {
        self.life.withLock { $0.obstacle }
    }

    func loadFailure(of version: ModelVersionID) async -> String? { nil }

    func answers(
        of version: ModelVersionID,
        to health: ReleaseHealth
    ) async throws(TrackingError) -> [HealthRule.Check] {
        guard health.file != nil else { return [] }
        return [HealthRule.Check(line: 1, expected: [2], answered: [self.life.withLock { $0.answer }])]
    }

    func traffic(
        of variant: String,
        serving version: ModelVersionID,
        at endpoint: String,
        since moment: EventTime,
        slowerThan limit: TimeSpan
    ) async throws(TrackingError) -> GreenTraffic {
        let deployment = try await self.deployments.deployment(of: endpoint)
        let weight = deployment?.traffic.variants.first { $0.name == variant }?.weight ?? 0
        return self.life.withLock { life in
            let seconds = Double(life.now.microseconds - moment.microseconds) / 1_000_000
            let requests = Int(seconds * life.requestsPerSecond * Double(weight) / 10_000)
            return GreenTraffic(
                requests: requests,
                errors: Int(Double(requests) * life.errorRate),
                slow: Int(Double(requests) * life.slowRate),
                takenOut: life.takenOut
            )
        }
    }

    func reading(of experiment: ExperimentState) async throws(TrackingError) -> ExperimentReading {
        self.life.withLock { life in
            let since = experiment.runningSince ?? life.now
            let days = Double(life.now.microseconds - since.microseconds) / 86_400_000_000
            let units = days * life.unitsPerDay
            let treated = Int(units * Double(experiment.experiment.treatmentWeight) / 10_000)
            let rates =
                [("control", Int(units) - treated, life.controlContracts)]
                + [("treatment", treated, life.treatmentContracts)]
            var variants: [String: VariantReading] = [:]
            for (name, count, percent) in rates {
                let converted = BernoulliCount(trials: count, successes: Int(Double(count) * percent / 100))
                variants[name] = VariantReading(units: count, metrics: ["contract_rate": .rate(converted)])
            }
            return ExperimentReading(variants: variants)
        }
    }

    func unit(of version: ModelVersionID, policy: ContentHash) async throws(TrackingError) -> ReleaseUnit {
        var unit = try ReleaseStoreContract.release("x", at: "price").blue
        unit.version = version
        unit.policy = policy
        return unit
    }
}
