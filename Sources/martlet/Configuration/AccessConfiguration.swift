import Foundation
import MartletCore
import MartletTracking

/// Whether a server asks who sends a request.
enum AuthMode: String, DocumentWord {
    /// Every request shows a key or a token.
    case keys
    /// Nobody is asked; only for servers that listen on loopback.
    case off
}

extension ApprovalRule: DocumentWord {}

/// Where the tokens of an identity provider come from.
struct OIDCConfiguration: DocumentObject, Sendable {
    let issuer: String
    let audience: String
    let keysURL: String
    let accountClaim: String

    init(from reader: ObjectReader) {
        self.issuer = reader.required(
            "issuer",
            String.self,
            "The issuer a token must name, such as https://id.example.org."
        )
        self.audience = reader.required("audience", String.self, "The audience a token must be made for.")
        self.keysURL = reader.required(
            "jwks_url",
            String.self,
            "The address of the issuer's public keys, a JWKS document."
        )
        self.accountClaim = reader.value(
            "account_claim",
            default: "email",
            "The claim that holds the account's name.",
            documentedDefault: "email"
        )
        let parts = URLComponents(string: self.keysURL)
        let isLoopback = parts?.host.map(ServerConfiguration.isLoopback) ?? false
        if reader.has("jwks_url"), parts?.host == nil || !(parts?.scheme == "https" || isLoopback) {
            reader.report(
                .documentInvalidValue,
                "jwks_url must be an https:// address, since what it answers decides who may enter",
                at: "jwks_url"
            )
        }
    }
}

extension ServerConfiguration {
    /// Whether only this machine reaches `host`.
    static func isLoopback(_ host: String) -> Bool {
        let plain = host.lowercased()
        return plain == "localhost" || plain == "::1" || plain == "[::1]" || plain == "127.0.0.1"
            || (plain.hasPrefix("127.") && plain.split(separator: ".").count == 4
                && plain.allSatisfy { $0.isNumber || $0 == "." })
    }
}
