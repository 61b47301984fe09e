import Foundation
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import Testing

struct AccessStoreTests {
    let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))
    let bob = Attribution(by: "bob", at: EventTime(microseconds: 2), reason: "checked")

    @Test(arguments: MetadataKind.allCases)
    func `accounts keep the rules of an access store`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let violations = try await AccessStoreContract.violations(
            of: SQLAccessStore(database),
            ledger: SQLLedger(database)
        )
        #expect(violations == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `webhooks keep the rules of a webhook store`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let violations = try await WebhookStoreContract.violations(
            of: SQLWebhookStore(database),
            registry: SQLModelRegistry(database)
        )
        #expect(violations == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `with four eyes, neither the registrant nor their service decides`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let accounts = SQLAccessStore(database)
        try await accounts.addAccount(Account(name: "ada", kind: .user, author: self.ada))
        try await accounts.addAccount(Account(name: "ci", kind: .service, owner: "ada", author: self.ada))
        let registry = SQLModelRegistry(database, rule: .fourEyes)
        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
        let byAda = try await registry.register(new, self.ada)
        let byService = try await registry.register(new, Attribution(by: "ci", at: self.ada.at))
        for (version, decider) in [(byAda, "ada"), (byAda, "ci"), (byService, "ada"), (byService, "ci")] {
            let error = await #expect(throws: TrackingError.self) {
                _ = try await registry.decide(
                    .approved,
                    on: version.id,
                    Attribution(by: decider, at: EventTime(microseconds: 2))
                )
            }
            #expect(error?.code == .fourEyes)
        }
        #expect(try await registry.version(byAda.id)?.approval.status == .pendingManualApproval)
        #expect(try await registry.decide(.approved, on: byService.id, self.bob).approval.status == .approved)
    }

    @Test(arguments: MetadataKind.allCases)
    func `clients of other registries see an approval as tags, which they cannot set`(
        kind: MetadataKind
    ) async throws {
        let registry = SQLModelRegistry(try kind.open())
        let copied = ["team": "a", "martlet.approval_status": "Approved"]
        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x", tags: copied)
        let id = try await registry.register(new, self.ada).id
        #expect(
            try await registry.version(id)?.tags == ["team": "a", "martlet.approval_status": "PendingManualApproval"]
        )
        let error = await #expect(throws: TrackingError.self) {
            try await registry.setTag("martlet.approval_status", to: "Approved", on: id, self.ada)
        }
        #expect(error?.code == .reservedTag)
        _ = try await registry.decide(.rejected, on: id, self.bob)
        let approver = Attribution(by: "eve", at: EventTime(microseconds: 3), reason: "better now")
        _ = try await registry.decide(.approved, on: id, approver)
        #expect(
            try await registry.version(id)?.tags == [
                "team": "a", "martlet.approval_status": "Approved", "martlet.approval_decided_by": "eve",
                "martlet.approval_decided_at": "1970-01-01T00:00:00.000003Z",
                "martlet.approval_reason": "better now",
            ]
        )
    }

    @Test func `the secret of a workspace is made once, for its owner alone`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID().uuidString)")
        let file = WorkspaceSecretFile(path: folder.appendingPathComponent("secret.key").path)
        let secrets = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask { try file.secret(environment: [:]).signingSecret(ofKey: "k") }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
        let path = folder.appendingPathComponent("secret.key").path
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(permissions == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret.key"])
        let other = String(repeating: "ab", count: 32)
        let given = try file.secret(environment: ["MARTLET_SECRET_KEY": other])
        #expect(!secrets.contains(given.signingSecret(ofKey: "k")))
        try Data("not a secret".utf8).write(to: URL(fileURLWithPath: path))
        for environment in [[:], ["MARTLET_SECRET_KEY": "abc"]] {
            let error = #expect(throws: StoreError.self) { try file.secret(environment: environment) }
            #expect(error?.code == .secretUnreadable)
        }
    }
}
