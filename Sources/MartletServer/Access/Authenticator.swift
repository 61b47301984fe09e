import Foundation
import HTTPTypes
package import Hummingbird
package import MartletCore
package import MartletTracking
import NIOCore

/// Finds out who sends a request.
package final class Authenticator: ConsoleAccess {
    private let store: any AccessStore
    private let secret: WorkspaceSecret
    private let tokens: (any TokenVerifier)?
    private let now: @Sendable () -> EventTime
    /// Who was behind a credential, by its whole text; only the holder knows one.
    private let shown = PrincipalCache()
    /// Who is behind a key's id or an account's name, which anybody may know; asked only once those are proved.
    private let proved = PrincipalCache()

    /// The most bytes of a signed body that are read to check its signature.
    private static let signedBodyLimit = 16 * 1_048_576
    /// How long a session in a browser lasts.
    package static let sessionLength = TimeSpan.seconds(12 * 3_600)
    /// How far apart the noted uses of one key are.
    private static let useInterval = TimeSpan.seconds(3_600)

    /// Stands on a store; `tokens` reads the tokens of an identity provider, when one is configured.
    package init(
        store: any AccessStore,
        secret: WorkspaceSecret,
        tokens: (any TokenVerifier)? = nil,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.secret = secret
        self.tokens = tokens
        self.now = now
    }

    /// Who sends `request`; a signed request's body is read, and stands in `request` again afterwards.
    ///
    /// - Throws: `access.unauthenticated`, or the code of a signature that does not hold.
    package func principal(of request: inout Request) async throws(TrackingError) -> Principal {
        guard let credentials = Credentials.of(request) else {
            throw Self.unauthenticated("the request shows no credentials; send an API key as Bearer or Basic password")
        }
        switch credentials {
        case .key(let text, let account):
            return try await self.principal(
                ofKey: text,
                account: account,
                remembered: request.headers[.authorization] ?? text.exposed
            )
        case .token(let token): return try await self.principal(ofToken: token)
        case .signature: return try await self.principal(signing: &request)
        case .session(let text): return try await self.principal(ofSession: text)
        case .unreadable:
            throw Self.unauthenticated(
                "the credentials cannot be read; send an API key, mk_…, as Bearer or as the password of Basic"
            )
        }
    }

    /// Whether the bearer of this `Authorization` header was let in a moment ago and may ask `endpoint`.
    ///
    /// Looks nothing up, so that it may be asked on an event loop; whoever is not remembered goes through the router.
    func remembersPredictor(_ authorization: String?, of endpoint: String) -> Bool {
        guard let principal = self.remembered(authorization) else { return false }
        return AccessPolicy.decide(.predict, on: .endpoint(endpoint), by: principal.grants).isAllowed
    }

    /// The bearer of this `Authorization` header, when it was let in a moment ago; looks nothing up either.
    func remembered(_ authorization: String?) -> Principal? {
        guard let authorization else { return nil }
        return self.shown.entry(authorization, at: self.now())?.principal
    }

    package func session(forKey key: String) async throws(TrackingError) -> String {
        try await self.signIn(key).session
    }

    /// Starts a session for the holder of `key`.
    ///
    /// - Returns: who it is, and the text of the cookie.
    /// - Throws: `access.unauthenticated`.
    package func signIn(_ key: String) async throws(TrackingError) -> (principal: Principal, session: String) {
        guard let text = APIKeyText(key.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Self.unauthenticated("this is not an API key; a key begins with mk_")
        }
        let principal = try await self.principal(ofKey: text, account: "", remembered: text.exposed)
        return (principal, self.secret.session(ofKey: text.id, until: self.now() + Self.sessionLength))
    }

    private func principal(
        ofKey text: APIKeyText,
        account: String,
        remembered credentials: String
    ) async throws(TrackingError) -> Principal {
        let now = self.now()
        if let entry = self.shown.entry(credentials, at: now) { return entry.principal }
        guard let found = try await self.store.credentials(forKey: text.id), let key = found.key,
            key.verifier.matches(text.secret)
        else { throw Self.unauthenticated("the API key is not known here; check that it is whole") }
        try Self.check(found, at: now)
        guard account.isEmpty || account == found.account.name else {
            throw Self.unauthenticated("the key shown belongs to another account than '\(account.prefix(40))'")
        }
        self.shown.remember(
            found.principal,
            for: credentials,
            allowsSigning: key.allowsSigning,
            keyEnd: key.expiresAt,
            at: now
        )
        await self.noteUse(of: key, at: now)
        return found.principal
    }

    private func principal(ofToken token: String) async throws(TrackingError) -> Principal {
        guard let tokens = self.tokens else {
            throw Self.unauthenticated("this server takes API keys, mk_…, and no other tokens")
        }
        // The token itself is checked each time, so that its end counts; only the account is remembered.
        let now = self.now()
        let name = try await tokens.accountName(ofToken: token, at: now)
        if let entry = self.proved.entry("account:" + name, at: now) { return entry.principal }
        guard let found = try await self.store.credentials(forAccount: name) else {
            throw Self.unauthenticated(
                "the token is good, but there is no account '\(name.prefix(60))' here; an administrator adds one with "
                    + "`martlet users add`"
            )
        }
        try Self.check(found, at: now)
        self.proved.remember(found.principal, for: "account:" + name, allowsSigning: false, keyEnd: nil, at: now)
        return found.principal
    }

    private func principal(ofSession text: String) async throws(TrackingError) -> Principal {
        let now = self.now()
        guard let id = self.secret.keyID(ofSession: text, at: now) else {
            throw Self.unauthenticated("the session has ended; sign in again")
        }
        return try await self.entry(forKeyID: id, at: now).principal
    }

    private func principal(signing request: inout Request) async throws(TrackingError) -> Principal {
        let now = self.now()
        guard let claim = try SigV4Claim(Self.signed(request)) else {
            throw Self.unauthenticated("the signature of the request cannot be read")
        }
        guard claim.accessKeyID.hasPrefix(APIKeyText.prefix) else {
            throw TrackingError(
                .signatureMismatch,
                "the access key id '\(claim.accessKeyID.prefix(40))' is not one of this server's; "
                    + "make one with `martlet keys create ACCOUNT --signing`"
            )
        }
        let id = String(claim.accessKeyID.dropFirst(APIKeyText.prefix.count))
        let entry = try await self.entry(forKeyID: id, at: now)
        guard entry.allowsSigning else {
            throw Self.unauthenticated(
                "the key mk_\(id) was not made for signing; make one with `martlet keys create ACCOUNT --signing`"
            )
        }
        let body = try await Self.body(of: &request)
        try claim.verify(secret: self.secret.signingSecret(ofKey: id), bodyHash: body, at: now)
        return entry.principal
    }

    /// Who holds the key `id`, after something else than the key itself proved it.
    private func entry(forKeyID id: String, at now: EventTime) async throws(TrackingError) -> PrincipalCache.Entry {
        let name = "key:" + id
        if let entry = self.proved.entry(name, at: now) { return entry }
        guard let found = try await self.store.credentials(forKey: id), let key = found.key else {
            throw Self.unauthenticated("the key mk_\(id.prefix(40)) is not known here")
        }
        try Self.check(found, at: now)
        self.proved.remember(
            found.principal,
            for: name,
            allowsSigning: key.allowsSigning,
            keyEnd: key.expiresAt,
            at: now
        )
        await self.noteUse(of: key, at: now)
        guard let entry = self.proved.entry(name, at: now) else {
            throw Self.unauthenticated("the key mk_\(id.prefix(40)) has expired")
        }
        return entry
    }

    /// Notes about once an hour that a key is in use; a store that cannot write it keeps nobody out.
    private func noteUse(of key: APIKey, at now: EventTime) async {
        if let usedAt = key.usedAt, now < usedAt + Self.useInterval { return }
        try? await self.store.noteUse(ofKey: key.id, at: now)
    }

    private static func check(_ found: AccountCredentials, at now: EventTime) throws(TrackingError) {
        if found.account.disabledAt != nil {
            throw self.unauthenticated("the account '\(found.account.name)' is disabled")
        }
        switch found.key?.state(at: now) {
        case .active, nil: return
        case .expired:
            throw self.unauthenticated("the key mk_\(found.key?.id ?? "") has expired; ask for a new one")
        case .revoked: throw self.unauthenticated("the key mk_\(found.key?.id ?? "") was revoked")
        }
    }

    private static func signed(_ request: Request) -> SigV4Request {
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var headers = request.headers.map { SigV4Request.Header($0.name.canonicalName, $0.value) }
        if let host = request.head.authority { headers.append(SigV4Request.Header("host", host)) }
        return SigV4Request(
            method: request.method.rawValue,
            path: parts[0],
            query: parts.count > 1 ? parts[1] : "",
            headers: headers
        )
    }

    private static func body(of request: inout Request) async throws(TrackingError) -> ContentHash {
        do {
            let buffer = try await request.collectBody(upTo: Self.signedBodyLimit)
            return ContentHash(of: Data(buffer.readableBytesView))
        } catch {
            throw TrackingError(
                .accessUnauthenticated,
                "the signed body cannot be read whole; it may have at most \(Self.signedBodyLimit / 1_048_576) MiB",
                underlying: error
            )
        }
    }

    private static func unauthenticated(_ message: String) -> TrackingError {
        TrackingError(.accessUnauthenticated, message)
    }
}
