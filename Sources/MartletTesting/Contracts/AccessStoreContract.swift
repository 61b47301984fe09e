import Foundation
import MartletCore
package import MartletTracking

/// The rules every `AccessStore` keeps, with the ledger beside it.
package enum AccessStoreContract {
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1_000))
    private static let later = Attribution(by: "ada", at: EventTime(microseconds: 2_000), reason: "lost")

    /// Returns the rules that the empty `store` broke; `ledger` lies in the same store.
    package static func violations(of store: any AccessStore, ledger: any LedgerStore) async throws -> [String] {
        var report = ContractReport()
        try await Self.checkAccounts(store, &report)
        try await Self.checkKeys(store, &report)
        try await Self.checkGrants(store, &report)
        try await Self.checkLedger(ledger, &report)
        return report.violations
    }

    private static func key(_ id: String, of account: String, expiresAt: EventTime? = nil) -> APIKey {
        APIKey(
            id: id,
            account: account,
            label: "laptop",
            verifier: APIKeyVerifier(salt: Data([1, 2]), digest: Data([3, 4, 0])),
            allowsSigning: true,
            author: Self.ada,
            expiresAt: expiresAt
        )
    }

    private static func checkAccounts(_ store: any AccessStore, _ report: inout ContractReport) async throws {
        try await store.addAccount(Account(name: "bob", kind: .user, author: Self.ada))
        try await store.addAccount(Account(name: "ci", kind: .service, owner: "bob", author: Self.ada))
        await report.expect(.accountExists, "a name is given once") {
            try await store.addAccount(Account(name: "bob", kind: .service, author: Self.ada))
        }
        await report.expect(.accountNotFound, "an owner must be there") {
            try await store.addAccount(Account(name: "x", kind: .service, owner: "bib", author: Self.ada))
        }
        await report.expect(.invalidAccount, "a name can stand in a header") {
            try await store.addAccount(Account(name: "a b", kind: .user, author: Self.ada))
        }
        let names = try await store.accounts().map(\.name)
        report.expect(names == ["bob", "ci"], "accounts come by name, and a refused one is not there")
        let service = try await store.account(named: "ci")
        report.expect(service?.person == "bob" && service?.kind == .service, "a service keeps its owner")
        try await store.setDisabled(true, account: "ci", Self.later)
        try await store.setDisabled(true, account: "ci", Self.ada)
        let disabled = try await store.account(named: "ci")?.disabledAt
        report.expect(
            disabled == Self.later.at,
            "an account that is disabled again stays disabled since the first time"
        )
        try await store.setDisabled(false, account: "ci", Self.later)
        let enabled = try await store.account(named: "ci")?.disabledAt
        report.expect(enabled == nil, "a disabled account can be enabled")
        await report.expect(.accountNotFound, "an account that is not there is not disabled") {
            try await store.setDisabled(true, account: "bib", Self.later)
        }
    }

    private static func checkKeys(_ store: any AccessStore, _ report: inout ContractReport) async throws {
        let first = Self.key("first", of: "bob", expiresAt: EventTime(microseconds: 5_000))
        try await store.addKey(first)
        try await store.addKey(Self.key("second", of: "ci"))
        await report.expect(.accountNotFound, "a key belongs to an account") {
            try await store.addKey(Self.key("third", of: "bib"))
        }
        await report.expect(.invalidKey, "a key does not expire before it is made") {
            try await store.addKey(Self.key("third", of: "bob", expiresAt: Self.ada.at))
        }
        let kept = try await store.keys(of: "bob")
        report.expect(kept == [first], "a key is kept whole")
        let all = try await store.keys(of: nil).map(\.id).sorted()
        report.expect(all == ["first", "second"], "keys of all accounts are listed, and a refused one is not there")
        try await store.noteUse(ofKey: "first", at: EventTime(microseconds: 4_000))
        try await store.noteUse(ofKey: "first", at: EventTime(microseconds: 3_000))
        let usedAt = try await store.keys(of: "bob").first?.usedAt
        report.expect(usedAt == EventTime(microseconds: 4_000), "the last use is the latest")
        try await store.revokeKey("first", Self.later)
        try await store.revokeKey("first", Attribution(by: "ada", at: EventTime(microseconds: 9_000)))
        let revokedAt = try await store.credentials(forKey: "first")?.key?.revokedAt
        report.expect(revokedAt == Self.later.at, "a revoked key stays revoked since the first time")
        await report.expect(.keyNotFound, "a key that is not there is not revoked") {
            try await store.revokeKey("frist", Self.later)
        }
        let unknown = try await store.credentials(forKey: "third")
        report.expect(unknown == nil, "a key that is not there has no credentials")
    }

    private static func checkGrants(_ store: any AccessStore, _ report: inout ContractReport) async throws {
        let wide = AccessGrant(account: "ci", role: .viewer, scope: .everything, author: Self.ada)
        let scope = try AccessScope("model:price*")
        try await store.grant(AccessGrant(account: "ci", role: .viewer, scope: scope, author: Self.ada))
        let narrow = AccessGrant(account: "ci", role: .approver, scope: scope, author: Self.later.withoutReason)
        try await store.grant(narrow)
        try await store.grant(wide)
        let grants = try await store.grants(of: "ci")
        report.expect(grants == [wide, narrow], "a grant replaces the one of the same scope")
        let found = try await store.credentials(forKey: "second")
        report.expect(
            found?.grants == grants && found?.account.name == "ci" && found?.principal.person == "bob",
            "a key is found with its account and grants"
        )
        let named = try await store.credentials(forAccount: "ci")
        report.expect(named?.grants == grants && named?.key == nil, "an account is found with its grants")
        await report.expect(.accountNotFound, "a role belongs to an account") {
            try await store.grant(AccessGrant(account: "bib", role: .viewer, scope: scope, author: Self.ada))
        }
        try await store.withdraw(scope, from: "ci", Self.later)
        await report.expect(.grantNotFound, "a role that is not there is not withdrawn") {
            try await store.withdraw(scope, from: "ci", Self.later)
        }
        let rest = try await store.grants(of: nil)
        report.expect(rest == [wide], "a withdrawn role is gone")
    }

    private static func checkLedger(_ ledger: any LedgerStore, _ report: inout ContractReport) async throws {
        let entries = try await ledger.entries(after: 0, limit: 100)
        report.expect(
            entries.map(\.action) == [
                "account.added", "account.added", "account.disabled", "account.enabled", "key.created", "key.created",
                "key.revoked", "role.granted", "role.granted", "role.granted", "role.withdrawn",
            ],
            "every change is one entry of the ledger, and what changed nothing is none"
        )
        let text = entries.map(\.payload).joined()
        report.expect(!text.contains("AQI") && !text.contains("AwQ"), "the ledger holds neither salt nor hash")
        let verification = try await ledger.verify(anchor: nil)
        report.expect(verification.isIntact, "the ledger is whole after every change")
    }
}

extension Attribution {
    /// The same without a reason, as grants are kept.
    fileprivate var withoutReason: Attribution { Attribution(by: self.actor, at: self.at) }
}
