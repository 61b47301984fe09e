import Foundation
import JWTKit
package import MartletCore
package import MartletTracking

/// Whose tokens are taken, and which account they are for.
package struct TokenIssuer: Sendable, Hashable {
    package let issuer: String
    package let audience: String
    /// The claim that holds the account's name.
    package let accountClaim: String

    /// Takes tokens that `issuer` made for `audience`.
    package init(issuer: String, audience: String, accountClaim: String) {
        self.issuer = issuer
        self.audience = audience
        self.accountClaim = accountClaim
    }
}

/// Reads the signed tokens of an OpenID Connect provider.
///
/// Only signatures by public keys are taken (RS, PS, ES and EdDSA); a token chooses neither its key's kind nor, where
/// the key names one, its algorithm. A token must name issuer, audience and end.
///
/// - Source: RFC 7515, 7517 and 7519; OpenID Connect Core 1.0 §3.1.3.7.
package struct OIDCTokenVerifier: TokenVerifier {
    private let issuer: TokenIssuer
    private let keys: SigningKeys

    /// How far the provider's clock may be from ours.
    private static let leeway = TimeSpan.seconds(30)
    /// The longest token that is read, in bytes.
    private static let tokenByteLimit = 16_384

    /// Takes the tokens of `issuer`, signed with one of `keys`.
    package init(_ issuer: TokenIssuer, keys: SigningKeys) {
        self.issuer = issuer
        self.keys = keys
    }

    package func accountName(ofToken token: String, at now: EventTime) async throws(TrackingError) -> String {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.tokenByteLimit, parts.count == 3, let header = Self.json(parts[0]),
            let claims = Self.json(parts[1]), case .string(let algorithm)? = header["alg"]
        else { throw Self.refused("it cannot be read") }
        guard header["crit"] == nil else { throw Self.refused("it asks for extensions that are not known here") }
        // Read first, so that tokens of other providers never make the keys be fetched again.
        guard claims["iss"] == .string(self.issuer.issuer) else {
            throw Self.refused("it was made by another issuer than the configured one")
        }
        var keyID: String?
        if case .string(let id)? = header["kid"] { keyID = id }
        let key = try await self.keys.key(id: keyID, algorithm: algorithm, at: now)
        do {
            _ = try await key.verify(token, as: SignatureOnly.self)
        } catch {
            throw Self.refused("its signature does not hold")
        }
        try self.check(claims, at: now)
        return try self.accountName(claims)
    }

    private func check(_ claims: JSONValue, at now: EventTime) throws(TrackingError) {
        let audiences: [JSONValue] =
            if case .array(let items)? = claims["aud"] { items } else { [claims["aud"] ?? .null] }
        guard audiences.contains(.string(self.issuer.audience)) else {
            throw Self.refused("it was made for another audience")
        }
        guard let end = Self.moment(claims["exp"]) else { throw Self.refused("it says no end") }
        guard now < end + Self.leeway else { throw Self.refused("it has expired; sign in again") }
        if let start = claims["nbf"] {
            guard let start = Self.moment(start), start <= now + Self.leeway else {
                throw Self.refused("it is not valid yet")
            }
        }
    }

    private func accountName(_ claims: JSONValue) throws(TrackingError) -> String {
        let claim = self.issuer.accountClaim
        guard case .string(let name)? = claims[claim], !name.isEmpty else {
            throw Self.refused("it has no claim '\(claim)', which names the account")
        }
        if claim == "email", claims["email_verified"] == false {
            throw Self.refused("its e-mail address is not verified")
        }
        return name
    }

    /// A date in seconds since 1970.
    private static func moment(_ value: JSONValue?) -> EventTime? {
        switch value {
        case .integer(let seconds)? where abs(seconds) < 100_000_000_000:
            EventTime(microseconds: seconds * 1_000_000)
        case .number(let seconds)? where abs(seconds) < 1e11: EventTime(microseconds: Int64(seconds * 1_000_000))
        default: nil
        }
    }

    private static func json(_ part: Substring) -> JSONValue? {
        var text = String(part).replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text), let value = try? JSONValue(parsing: data), case .object = value
        else { return nil }
        return value
    }

    private static func refused(_ reason: String) -> TrackingError {
        TrackingError(.accessUnauthenticated, "the token is not accepted: \(reason)")
    }
}

/// Claims that are read elsewhere; the library is asked about the signature alone.
private struct SignatureOnly: JWTPayload {
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
