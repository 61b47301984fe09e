import Crypto
package import Foundation

/// The SHA-256 of some bytes, written as 64 lower-case hexadecimal digits.
///
/// Names raw files, loads, snapshots, feature definitions and ledger entries: equal content has an equal name.
package struct ContentHash: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String

    /// Takes a hash written by an earlier run, or `nil` when `text` is not 64 lower-case hexadecimal digits.
    package init?(hex text: String) {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        self.description = text
    }

    /// Hashes `bytes`.
    package init(of bytes: some DataProtocol) {
        self.init(digest: SHA256.hash(data: bytes))
    }

    /// Hashes the UTF-8 of `text`.
    package init(of text: String) {
        self.init(of: Data(text.utf8))
    }

    init(digest: SHA256.Digest) {
        self.description = digest.map { byte in Self.hexDigits(byte) }.joined()
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let hash = ContentHash(hex: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256 in hexadecimal")
            )
        }
        self = hash
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    /// The first 12 digits, for tables a person reads.
    package var short: String { String(self.description.prefix(12)) }

    private static func hexDigits(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}

/// Hashes bytes that arrive in pieces, such as a file read block by block.
package struct ContentHasher: Sendable {
    private var hasher = SHA256()

    /// Starts with no bytes.
    package init() {}

    /// Adds `bytes` to what is hashed.
    package mutating func update(_ bytes: some DataProtocol) {
        self.hasher.update(data: bytes)
    }

    /// Returns the hash of all bytes added.
    package func finalize() -> ContentHash {
        ContentHash(digest: self.hasher.finalize())
    }
}
