import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletReleases
import MartletServing
import MartletStatistics
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Synchronization

@testable import MartletServer

/// Releases of `prices` over real stores, with visitors under a clock that runs as fast as asked, and the console.
final class ReleaseStage: ReleaseProbe, ReleaseUnits, TrafficObservations {
    /// What visitors meet, and what they do.
    struct Life: Sendable {
        var now = GatewayFixture.now
        var nextID = 0
        var errorShare = 0.0
        /// The share of units that sign a contract.
        var rates = (control: 0.10, treatment: 0.12)
        var unitsPerDay = 6_000.0
        /// The share of units that reach the treatment, when it is not the planned one.
        var arriving: Double?
        /// What the last look at live traffic found.
        var monitored: [MonitoredVersion] = []
        var plan = ReleasePlan(name: "plan", endpoint: "prices", experiment: ExperimentPlan())
    }

    let life = Mutex(Life())
    let fixture: ServerFixture
    let store: SQLReleaseStore

    init() async throws {
        self.fixture = try await ServerFixture()
        self.store = SQLReleaseStore(self.fixture.metadata)
        try await self.fixture.deploy(1)
    }

    static let version = ModelVersionID("prices", 2)

    var now: EventTime { self.life.withLock { $0.now } }

    func author(_ name: String = "ada") -> Attribution { Attribution(by: name, at: self.now, reason: "a test") }

    var desk: ReleaseDesk {
        ReleaseDesk(
            store: self.store,
            deployments: self.fixture.deployments,
            registry: self.fixture.registry,
            probe: self,
            units: self,
            newID: { self.newID() }
        )
    }

    private func newID() -> String {
        self.life.withLock { life in
            life.nextID += 1
            return "r\(life.nextID)"
        }
    }

    /// Lets the runner work for `span`.
    func pass(_ span: TimeSpan, tick: TimeSpan) async throws {
        let runner = ReleaseRunner(
            store: self.store,
            deployments: self.fixture.deployments,
            probe: self,
            observations: self,
            now: { self.now },
            newID: { self.newID() }
        )
        let end = self.now + span
        while self.now < end {
            await runner.tick()
            self.life.withLock { $0.now = $0.now + tick }
        }
        _ = try await self.fixture.follower.poll()
    }

    func router(_ access: (any ConsoleAccess)? = nil) throws -> Router<BasicRequestContext> {
        var context = ConsoleContext(
            tracking: SQLTrackingStore(self.fixture.metadata),
            registry: self.fixture.registry,
            ledger: SQLLedger(self.fixture.metadata),
            deployments: self.fixture.deployments,
            artifacts: FileArtifactStore(root: self.fixture.folder.appending(path: "artifacts").path),
            access: access,
            workspace: "test",
            version: "1.2.3",
            now: { self.now }
        )
        context.releases = ConsoleReleases(store: self.store, desk: self.desk, gateway: self.fixture.gateway)
        context.monitoring = { self.life.withLock { $0.monitored } }
        let router = Router(context: BasicRequestContext.self)
        try ConsoleRoutes(context).add(to: router)
        return router
    }

    // MARK: What the runner asks

    func obstacle(of version: ModelVersionID, at endpoint: String) async -> String? { nil }

    func loadFailure(of version: ModelVersionID) async -> String? { nil }

    func answers(
        of version: ModelVersionID,
        to health: ReleaseHealth
    ) async throws(TrackingError) -> [HealthRule.Check] {
        [HealthRule.Check(line: 1, expected: [2], answered: [2])]
    }

    func traffic(
        of variant: String,
        serving version: ModelVersionID,
        at endpoint: String,
        since moment: EventTime,
        slowerThan limit: TimeSpan
    ) async throws(TrackingError) -> GreenTraffic {
        let deployment = try await self.fixture.deployments.deployment(of: endpoint)
        let weight = deployment?.traffic.variants.first { $0.name == variant }?.weight ?? 0
        return self.life.withLock { life in
            let seconds = Double(life.now.microseconds - moment.microseconds) / 1_000_000
            let requests = Int(seconds * 40 * Double(weight) / 10_000)
            let errors = Int(Double(requests) * life.errorShare)
            return GreenTraffic(requests: requests, errors: errors, slow: requests / 200)
        }
    }

    func reading(of experiment: ExperimentState) async throws(TrackingError) -> ExperimentReading {
        self.life.withLock { life in
            let since = experiment.runningSince ?? life.now
            let units = Double(life.now.microseconds - since.microseconds) / 86_400_000_000 * life.unitsPerDay
            let share = life.arriving ?? Double(experiment.experiment.treatmentWeight) / 10_000
            var variants: [String: VariantReading] = [:]
            for (name, part, rate) in [
                ("control", 1 - share, life.rates.control), ("treatment", share, life.rates.treatment),
            ] {
                let count = Int(units * part)
                let contracts = BernoulliCount(trials: count, successes: Int(Double(count) * rate))
                let inquiries = BernoulliCount(trials: count, successes: Int(Double(count) * rate * 2.5))
                let metrics: [String: MetricReading] = [
                    "contract_rate": .rate(contracts), "inquiry_rate": .rate(inquiries),
                ]
                variants[name] = VariantReading(units: count, metrics: metrics)
            }
            return ExperimentReading(variants: variants)
        }
    }

    func unit(of version: ModelVersionID, policy: ContentHash) async throws(TrackingError) -> ReleaseUnit {
        var unit = ReleaseStoreContract.unit(version.number)
        unit.version = version
        unit.policy = policy
        return unit
    }
}
