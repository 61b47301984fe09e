import Foundation
import HTTPTypes
import Hummingbird
import MartletTracking

/// What a request shows to say who sends it.
enum Credentials: Sendable {
    /// A key as the password of a Basic header; `account` is the user name, empty when none was sent.
    case key(APIKeyText, account: String)
    /// A token of an identity provider.
    case token(String)
    /// A signature in the manner of AWS.
    case signature
    /// A browser's session.
    case session(String)
    /// Something that is none of these.
    case unreadable

    /// The cookie that holds a session.
    static let sessionCookie = "martlet_session"

    /// Reads what `request` shows; `nil` when it shows nothing.
    static func of(_ request: Request) -> Credentials? {
        if let header = request.headers[.authorization] { return Self.of(header) }
        if request.uri.query?.contains("X-Amz-Signature=") == true { return .signature }
        return request.cookies[Self.sessionCookie].map { .session($0.value) }
    }

    /// Reads an `Authorization` header.
    static func of(_ header: String) -> Credentials {
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else { return .unreadable }
        switch parts[0].lowercased() {
        case "bearer":
            let text = String(parts[1])
            if let key = APIKeyText(text) { return .key(key, account: "") }
            return text.hasPrefix(APIKeyText.prefix) ? .unreadable : .token(text)
        case "basic": return Self.basic(String(parts[1]))
        case "aws4-hmac-sha256": return .signature
        default: return .unreadable
        }
    }

    /// The key is the password; a client that has no place for one may send it as the user name.
    private static func basic(_ text: String) -> Credentials {
        guard let data = Data(base64Encoded: text), data.count <= 1_000 else { return .unreadable }
        let pair = String(decoding: data, as: UTF8.self)
        guard let colon = pair.firstIndex(of: ":") else { return .unreadable }
        let (user, password) = (String(pair[..<colon]), String(pair[pair.index(after: colon)...]))
        if let key = APIKeyText(password) { return .key(key, account: user) }
        if password.isEmpty, let key = APIKeyText(user) { return .key(key, account: "") }
        return .unreadable
    }
}
