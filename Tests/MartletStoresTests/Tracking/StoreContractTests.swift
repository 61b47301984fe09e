import Foundation
import MartletStores
import MartletTesting
import MartletTracking
import Testing

/// The stores of this package against the rules their protocols name.
struct StoreContractTests {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path

    @Test func `runs in SQLite keep the rules of a tracking store`() async throws {
        let store = SQLTrackingStore(try MetadataDatabase(path: self.path))
        #expect(try await TrackingStoreContract.violations(of: store) == [])
    }

    @Test func `logged models in SQLite keep the rules of their store`() async throws {
        let store = SQLTrackingStore(try MetadataDatabase(path: self.path))
        #expect(try await LoggedModelContract.violations(of: store) == [])
    }

    @Test func `a search in SQLite finds what the runs themselves say, however it is carried out`() async throws {
        let store = SQLTrackingStore(try MetadataDatabase(path: self.path))
        #expect(try await RunSearchContract.violations(of: store) == [])
    }

    @Test func `models in SQLite keep the rules of a registry`() async throws {
        let database = try MetadataDatabase(path: self.path)
        let violations = try await ModelRegistryContract.violations(
            of: SQLModelRegistry(database),
            deployments: SQLDeploymentStore(database),
            ledger: SQLLedger(database)
        )
        #expect(violations.isEmpty)
    }

    @Test func `deployments in SQLite keep the rules of a deployment store`() async throws {
        let database = try MetadataDatabase(path: self.path)
        let violations = try await DeploymentStoreContract.violations(
            of: SQLDeploymentStore(database),
            registry: SQLModelRegistry(database),
            ledger: SQLLedger(database)
        )
        #expect(violations.isEmpty)
    }

    @Test func `artifacts in files keep the rules of an artifact store`() async throws {
        #expect(try await ArtifactStoreContract.violations(of: FileArtifactStore(root: self.path)).isEmpty)
    }
}
