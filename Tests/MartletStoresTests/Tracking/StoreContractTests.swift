import Foundation
import MartletStores
import MartletTesting
import MartletTracking
import Testing

/// The stores of this package against the rules their protocols name.
struct StoreContractTests {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path

    @Test(arguments: MetadataKind.allCases)
    func `runs keep the rules of a tracking store`(kind: MetadataKind) async throws {
        let store = SQLTrackingStore(try kind.open())
        #expect(try await TrackingStoreContract.violations(of: store) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `logged models keep the rules of their store`(kind: MetadataKind) async throws {
        let store = SQLTrackingStore(try kind.open())
        #expect(try await LoggedModelContract.violations(of: store) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `a search finds what the runs themselves say, however it is carried out`(kind: MetadataKind) async throws {
        let store = SQLTrackingStore(try kind.open())
        #expect(try await RunSearchContract.violations(of: store) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `models keep the rules of a registry`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let violations = try await ModelRegistryContract.violations(
            of: SQLModelRegistry(database),
            deployments: SQLDeploymentStore(database),
            ledger: SQLLedger(database)
        )
        #expect(violations == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `deployments keep the rules of a deployment store`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let violations = try await DeploymentStoreContract.violations(
            of: SQLDeploymentStore(database),
            registry: SQLModelRegistry(database),
            ledger: SQLLedger(database)
        )
        #expect(violations == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `interactions and outcomes keep the rules of a feedback store`(kind: MetadataKind) async throws {
        let store = SQLFeedbackStore(try kind.open())
        #expect(try await FeedbackStoreContract.violations(of: store) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `alerts keep the rules of their store`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let store = SQLAlertStore(database)
        #expect(try await AlertStoreContract.violations(of: store, ledger: SQLLedger(database)) == [])
        #expect(try await AlertStoreContract.tellings(of: store, by: 16) == 1)
    }

    @Test(arguments: MetadataKind.allCases)
    func `what promises are measured by keeps the rules of its store`(kind: MetadataKind) async throws {
        let store = SQLServiceLevelStore(try kind.open())
        #expect(try await ServiceLevelStoreContract.violations(of: store) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `retrainings keep the rules of their store`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let store = SQLRetrainingStore(database)
        #expect(try await RetrainingStoreContract.violations(of: store, ledger: SQLLedger(database)) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `releases keep the rules of a release store`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let store = SQLReleaseStore(database)
        #expect(try await ReleaseStoreContract.violations(of: store, ledger: SQLLedger(database)) == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `jobs keep the rules of a job store`(kind: MetadataKind) async throws {
        #expect(try await JobStoreContract.violations(of: SQLJobStore(try kind.open())) == [])
    }

    @Test func `artifacts in files keep the rules of an artifact store`() async throws {
        #expect(try await ArtifactStoreContract.violations(of: FileArtifactStore(root: self.path)) == [])
    }
}
