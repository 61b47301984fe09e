import Crypto
package import Foundation
package import MartletCore

/// What GitHub or GitLab sends when somebody pushed.
package struct PushNotice: Sendable, Hashable {
    package let branch: String
    package let commit: String

    /// Reads the body of a push; `nil` for events that are none, such as a ping, a tag or a branch that was deleted.
    package init?(body: Data) {
        guard let value = try? JSONValue(parsing: body), case .string(let reference)? = value["ref"],
            case .string(let commit)? = value["after"], reference.hasPrefix("refs/heads/"),
            [40, 64].contains(commit.utf8.count), commit.contains(where: { $0 != "0" }),
            commit.allSatisfy({ $0.isHexDigit && $0.isASCII })
        else { return nil }
        self.branch = String(reference.dropFirst("refs/heads/".count))
        self.commit = commit.lowercased()
    }

    /// Whether the sender knew the secret.
    ///
    /// GitHub signs the body, `X-Hub-Signature-256: sha256=…`; GitLab sends the secret itself as `X-Gitlab-Token`. An
    /// empty secret is known by nobody.
    package static func isGenuine(
        _ body: Data,
        secret: SecretText,
        signature: String?,
        token: String?
    ) -> Bool {
        guard !secret.text.isEmpty else { return false }
        if let signature {
            let parts = signature.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[0] == "sha256" else { return false }
            let key = SymmetricKey(data: Data(secret.text.utf8))
            let code = HMAC<SHA256>.authenticationCode(for: body, using: key)
            let expected = code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            return SecretText(expected).matches(parts[1].lowercased())
        }
        return token.map { secret.matches($0) } ?? false
    }
}

extension SecretText {
    /// Whether `text` is the secret, in a time that does not tell how much of it fits; an empty secret fits nothing.
    package func matches(_ text: String) -> Bool {
        guard !self.text.isEmpty else { return false }
        let (own, other) = (SHA256.hash(data: Data(self.text.utf8)), SHA256.hash(data: Data(text.utf8)))
        return zip(own, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
