import Foundation
import HTTPTypes
package import Hummingbird

/// Name and secret of `Authorization: Basic`.
package struct BasicCredentials: Sendable, Hashable {
    /// The name before the colon.
    package let user: String
    /// What follows it.
    package let password: String

    /// Reads the header of `request`, or returns `nil` when it is absent or of another kind.
    package init?(of request: Request) {
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: String(header.dropFirst(6).drop { $0 == " " })),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":"),
            colon != text.startIndex
        else { return nil }
        self.user = String(text[..<colon])
        self.password = String(text[text.index(after: colon)...])
    }
}

/// Decodes what stands in a request's target.
enum RequestText {
    /// The parameters of a query in their order; `+` is a space.
    static func query(_ text: String?) -> [(name: String, value: String)] {
        guard let text else { return [] }
        return text.split(separator: "&")
            .compactMap { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let name = Self.formDecoded(parts[0]) else { return nil }
                guard parts.count == 2 else { return (name, "") }
                return Self.formDecoded(parts[1]).map { (name, $0) }
            }
    }

    /// The path below `prefix` with its percent escapes decoded once, or `nil` when it is not valid UTF-8.
    ///
    /// A path that leads elsewhere when its escapes are decoded again, such as `%252e%252e/`, is refused too.
    static func path(_ path: String, below prefix: String) -> String? {
        guard path.hasPrefix(prefix), let decoded = String(path.dropFirst(prefix.count)).removingPercentEncoding else {
            return nil
        }
        var again = decoded
        for _ in 0..<5 {
            guard let next = again.removingPercentEncoding, next != again else { break }
            again = next
            let parts = again.split(separator: "/", omittingEmptySubsequences: false)
            if again.hasPrefix("/") || again.contains("\\") || parts.contains("..") { return nil }
        }
        return decoded
    }

    private static func formDecoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
