package import Foundation
import JWTKit
package import MartletCore
import MartletTracking

/// The public keys of an identity provider, read anew when they are old or a token names one that is not known.
package actor SigningKeys {
    private struct Entry {
        let key: JWK
        /// A ready verifier for each algorithm that was asked for.
        var verifiers: [String: JWTKeyCollection] = [:]
    }

    private let fetch: @Sendable () async throws -> Data
    private var entries: [Entry] = []
    private var fetchedAt: EventTime?
    private var triedAt: EventTime?
    private var refresh: Task<[JWK], any Error>?

    /// How long keys are taken as they are.
    static let lifetime = TimeSpan.seconds(600)
    /// How long keys are still taken when the provider cannot be reached.
    static let staleLifetime = TimeSpan.seconds(86_400)
    /// The least time between two attempts, so that invented key ids do not turn us against the provider.
    static let attemptInterval = TimeSpan.seconds(30)

    /// Takes what reads the provider's JWKS document.
    package init(fetch: @escaping @Sendable () async throws -> Data) { self.fetch = fetch }

    /// The verifier for tokens signed with the key `id` by `algorithm`; without an id the only key that fits.
    ///
    /// - Throws: `access.unauthenticated` when there is no such key; `access.keysUnavailable` when the provider's keys
    ///   cannot be read.
    func key(id: String?, algorithm: String, at now: EventTime) async throws(TrackingError) -> JWTKeyCollection {
        guard let wanted = JWK.Algorithm(rawValue: algorithm), wanted != .rsaOAEP else {
            throw Self.unknown("its algorithm is not one of a public key")
        }
        let isOld = self.fetchedAt.map { $0 > now || now >= $0 + Self.lifetime } ?? true
        if isOld || self.index(id, wanted) == nil { try await self.renew(at: now) }
        guard let index = self.index(id, wanted) else {
            throw Self.unknown("it is signed with a key that the provider does not have")
        }
        if let ready = self.entries[index].verifiers[algorithm] { return ready }
        var key = self.entries[index].key
        key.algorithm = wanted
        key.keyIdentifier = key.keyIdentifier ?? JWKIdentifier(string: id ?? "only")
        let verifier = JWTKeyCollection()
        let generation = self.fetchedAt
        do {
            try await verifier.add(jwk: key)
        } catch {
            throw Self.unknown("its key cannot be used")
        }
        // Meanwhile other keys may have come in their place.
        if self.fetchedAt == generation { self.entries[index].verifiers[algorithm] = verifier }
        return verifier
    }

    /// The key a token means; one that names an algorithm of its own is used for no other.
    private func index(_ id: String?, _ algorithm: JWK.Algorithm) -> Int? {
        let fitting = self.entries.indices.filter { index in
            let key = self.entries[index].key
            return key.keyType == Self.keyType(of: algorithm) && key.algorithm.map { $0 == algorithm } ?? true
                && (id == nil || key.keyIdentifier?.string == id)
        }
        return id != nil || fitting.count == 1 ? fitting.first : nil
    }

    /// Reads the keys, once for all who wait for them.
    private func renew(at now: EventTime) async throws(TrackingError) {
        if self.refresh == nil {
            if let triedAt = self.triedAt, triedAt <= now, now < triedAt + Self.attemptInterval {
                return try self.checkAge(at: now, nil)
            }
            self.triedAt = now
            let fetch = self.fetch
            self.refresh = Task { try Self.keys(in: try await fetch()) }
        }
        guard let refresh = self.refresh else { return }
        do {
            let keys = try await refresh.value
            // The first who comes back writes them down.
            if self.refresh == refresh {
                self.entries = keys.map { Entry(key: $0) }
                self.fetchedAt = now
                self.refresh = nil
            }
        } catch {
            if self.refresh == refresh { self.refresh = nil }
            try self.checkAge(at: now, error)
        }
    }

    /// Lets keys be used a while longer than they should when no newer ones can be had.
    private func checkAge(at now: EventTime, _ error: (any Error)?) throws(TrackingError) {
        if let fetchedAt = self.fetchedAt, now < fetchedAt + Self.staleLifetime { return }
        throw TrackingError(
            .identityKeysUnavailable,
            "the keys of the identity provider cannot be read at the moment, so tokens cannot be checked; try again, or "
                + "send an API key",
            underlying: error
        )
    }

    /// The usable keys of a JWKS document; keys of other kinds or for other uses are passed over.
    static func keys(in document: Data) throws -> [JWK] {
        guard case .array(let items)? = try JSONValue(parsing: document)["keys"] else {
            throw StoreError(.identityKeysUnreadable, "the provider's answer is not a JWKS document")
        }
        return items.compactMap { item in
            if let use = item["use"], use != "sig" { return nil }
            // A key that could sign as the provider has no business in a public document.
            guard item["d"] == nil else { return nil }
            return try? JSONDecoder().decode(JWK.self, from: Data(item.canonicalText.utf8))
        }
    }

    private static func keyType(of algorithm: JWK.Algorithm) -> JWK.KeyType {
        switch algorithm {
        case .es256, .es384, .es512: .ecdsa
        case .eddsa: .octetKeyPair
        default: .rsa
        }
    }

    private static func unknown(_ reason: String) -> TrackingError {
        TrackingError(.accessUnauthenticated, "the token is not accepted: \(reason)")
    }
}

extension ErrorCode {
    /// The document with an identity provider's keys could not be had.
    package static let identityKeysUnreadable = ErrorCode("identity.keysUnreadable")
}
