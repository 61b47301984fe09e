import Foundation
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking

/// Accounts and keys over a real store.
struct AccessFixture: Sendable {
    let store: SQLAccessStore
    let secret: WorkspaceSecret

    private static let author = Attribution(by: "root", at: EventTime(microseconds: 1))

    init(_ metadata: MetadataDatabase) {
        self.store = SQLAccessStore(metadata)
        var generator = SplitMix64(seed: 2)
        self.secret = WorkspaceSecret.draw(using: &generator).secret
    }

    /// Adds an account with a role, and returns a new key of it.
    func key(
        _ name: String,
        _ role: Role?,
        on scope: String = "*",
        expiresAt: EventTime? = nil,
        signing: Bool = false
    ) async throws -> APIKeyText {
        if try await self.store.account(named: name) == nil {
            try await self.store.addAccount(Account(name: name, kind: .user, author: Self.author))
        }
        if let role {
            let grant = AccessGrant(account: name, role: role, scope: try AccessScope(scope), author: Self.author)
            try await self.store.grant(grant)
        }
        var generator = SystemRandomNumberGenerator()
        let text = APIKeyText(using: &generator)
        let key = APIKey(
            id: text.id,
            account: name,
            label: "",
            verifier: APIKeyVerifier(of: text.secret, using: &generator),
            allowsSigning: signing,
            author: Self.author,
            expiresAt: expiresAt
        )
        try await self.store.addKey(key)
        return text
    }
}
