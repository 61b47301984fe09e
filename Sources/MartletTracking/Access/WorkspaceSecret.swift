import Crypto
package import Foundation
package import MartletCore

/// The one secret of a workspace: 256 bits that lie outside every database.
///
/// From it come the secrets that must be known again later: those of signed requests, of sessions in a browser, and the
/// key that seals the secrets of webhooks. Who has a copy of the database alone can neither sign nor open anything.
package struct WorkspaceSecret: Sendable, CustomStringConvertible {
    private let key: SymmetricKey

    /// How many bytes it has.
    package static let byteCount = 32

    /// Takes a secret that was kept as 64 hexadecimal digits, or returns `nil`.
    package init?(hex text: String) {
        let digits = Array(text.utf8)
        guard digits.count == Self.byteCount * 2 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<(start + 2)], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.key = SymmetricKey(data: bytes)
    }

    /// Draws a new secret and returns it with the text that keeps it.
    package static func draw(
        using generator: inout some RandomNumberGenerator
    ) -> (secret: WorkspaceSecret, hex: String) {
        let bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let hex = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return (WorkspaceSecret(key: SymmetricKey(data: bytes)), hex)
    }

    private init(key: SymmetricKey) { self.key = key }

    /// Says nothing of the secret.
    package var description: String { "the workspace's secret" }

    /// The secret with which AWS clients sign for the key `keyID`; 40 characters, always the same for one key.
    package func signingSecret(ofKey keyID: String) -> String {
        let code = self.code("sign:" + keyID)
        return String(Data(code).base64EncodedString().filter { $0.isLetter || $0.isNumber }.prefix(40))
    }

    /// Seals `text` for a database.
    ///
    /// - Throws: what the cipher reports; it has no reason to.
    package func seal(_ text: String) throws -> Data {
        let sealed = try AES.GCM.seal(Data(text.utf8), using: self.key(for: "seal"))
        return sealed.nonce + sealed.ciphertext + sealed.tag
    }

    /// Opens what ``seal(_:)`` made, or returns `nil` when another secret sealed it or it was changed.
    package func open(_ sealed: Data) -> String? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: self.key(for: "seal"))
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A session of the key `keyID` until `expiry`, as the text of a cookie.
    package func session(ofKey keyID: String, until expiry: EventTime) -> String {
        let body = "\(keyID).\(expiry.microseconds / 1_000_000)"
        return body + "." + Self.hex(self.code("session:" + body))
    }

    /// The key a session belongs to, or `nil` when the text was not made by ``session(ofKey:until:)`` or has ended.
    package func keyID(ofSession text: String, at now: EventTime) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let seconds = Int64(parts[1]), let code = Self.bytes(parts[2]),
            HMAC<SHA256>
                .isValidAuthenticationCode(
                    code,
                    authenticating: Data("session:\(parts[0]).\(parts[1])".utf8),
                    using: self.key(for: "code")
                ), now.microseconds / 1_000_000 < seconds
        else { return nil }
        return parts[0]
    }

    /// A code of 64 hexadecimal digits that proves that this workspace wrote `text`, such as a form's own token.
    package func proof(of text: String) -> String { Self.hex(self.code("proof:" + text)) }

    private func code(_ text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: self.key(for: "code")))
    }

    /// A key of its own for each purpose.
    private func key(for purpose: String) -> SymmetricKey {
        SymmetricKey(data: Data(HMAC<SHA256>.authenticationCode(for: Data(purpose.utf8), using: self.key)))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func bytes(_ hex: String) -> Data? {
        guard let hash = ContentHash(hex: hex) else { return nil }
        let digits = Array(hash.description.utf8)
        return Data(
            stride(from: 0, to: digits.count, by: 2)
                .compactMap { UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16) }
        )
    }
}
