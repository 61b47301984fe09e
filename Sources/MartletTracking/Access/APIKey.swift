import Crypto
package import Foundation
package import MartletCore

/// The text of an API key, `mk_<id>_<secret>`: known to its holder, shown once, never stored.
///
/// The id is public and names the key in lists; the secret is 256 random bits.
package struct APIKeyText: Sendable, Hashable, CustomStringConvertible {
    package let id: String
    /// The secret part; goes into no message and no store.
    package let secret: String

    /// What every key begins with, so that scanners find one that leaked.
    package static let prefix = "mk_"
    private static let idByteCount = 10
    private static let secretByteCount = 32

    /// Draws a new key.
    package init(using generator: inout some RandomNumberGenerator) {
        self.id = Base32.random(byteCount: Self.idByteCount, using: &generator)
        self.secret = Base32.random(byteCount: Self.secretByteCount, using: &generator)
    }

    /// Reads a key that a client sent, or returns `nil`.
    package init?(_ text: String) {
        guard text.utf8.count <= 100, text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Base32.isDigit) }) else {
            return nil
        }
        self.id = String(parts[0])
        self.secret = String(parts[1])
    }

    /// The whole key, for the one moment it is shown.
    package var exposed: String { "\(Self.prefix)\(self.id)_\(self.secret)" }

    /// The key with its secret left out.
    package var description: String { "\(Self.prefix)\(self.id)_…" }
}

/// What a store keeps of a key's secret: a salt, and the hash of salt and secret.
///
/// One round of SHA-256 is enough: the secret is 256 random bits, so there is nothing to guess.
package struct APIKeyVerifier: Sendable, Hashable {
    package let salt: Data
    package let digest: Data

    /// Takes a verifier as a store holds it.
    package init(salt: Data, digest: Data) {
        self.salt = salt
        self.digest = digest
    }

    /// Hashes `secret` with a new salt.
    package init(of secret: String, using generator: inout some RandomNumberGenerator) {
        let salt = Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        self.init(salt: salt, digest: Self.digest(salt, secret))
    }

    /// Whether `secret` is the one; takes the same time whether it is or not.
    package func matches(_ secret: String) -> Bool {
        let digest = Self.digest(self.salt, secret)
        guard digest.count == self.digest.count else { return false }
        return zip(digest, self.digest).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func digest(_ salt: Data, _ secret: String) -> Data {
        Data(SHA256.hash(data: salt + Data(secret.utf8)))
    }
}

/// A key of an account, without its secret.
package struct APIKey: Sendable, Hashable {
    /// Whether a key opens anything.
    package enum State: String, Sendable, Hashable {
        case active, expired, revoked
    }

    package var id: String
    package var account: String
    /// What it is for, in its holder's words.
    package var label: String
    package var verifier: APIKeyVerifier
    /// Whether requests may be signed with it, as AWS clients do.
    package var allowsSigning: Bool
    package var author: Attribution
    package var expiresAt: EventTime?
    package var revokedAt: EventTime?
    /// When it last opened something, exact to about an hour.
    package var usedAt: EventTime?

    /// Describes a key as a store holds it.
    package init(
        id: String,
        account: String,
        label: String,
        verifier: APIKeyVerifier,
        allowsSigning: Bool = false,
        author: Attribution,
        expiresAt: EventTime? = nil,
        revokedAt: EventTime? = nil,
        usedAt: EventTime? = nil
    ) {
        self.id = id
        self.account = account
        self.label = label
        self.verifier = verifier
        self.allowsSigning = allowsSigning
        self.author = author
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.usedAt = usedAt
    }

    /// What the key is worth at `now`; it ends at the moment it expires.
    package func state(at now: EventTime) -> State {
        if self.revokedAt != nil { return .revoked }
        if let expiresAt = self.expiresAt, now >= expiresAt { return .expired }
        return .active
    }
}

/// Lower-case base 32 without look-alikes (no i, l, o, u), as Douglas Crockford proposed.
enum Base32 {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func isDigit(_ byte: UInt8) -> Bool { Self.digits.contains(byte) }

    /// Writes `byteCount` random bytes, five bits a digit.
    static func random(byteCount: Int, using generator: inout some RandomNumberGenerator) -> String {
        let digitCount = (byteCount * 8 + 4) / 5
        return String(
            decoding: (0..<digitCount).map { _ in Self.digits[Int.random(in: 0..<32, using: &generator)] },
            as: UTF8.self
        )
    }
}
