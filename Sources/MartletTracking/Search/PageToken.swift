import Foundation
package import MartletCore

/// Where the next page of a search begins, as opaque text for clients.
///
/// A token carries a mark of the search it belongs to, so that one used with another filter or order is refused rather
/// than answered with a page of something else. The size of a page may change between pages.
package enum PageToken {
    /// Where no page begins: far more than a store holds, and far from overflow.
    private static let limit = 1 << 40

    /// Writes the token of the page that begins at `offset`.
    package static func encode(offset: Int, of search: [String]) -> String {
        Data("1:\(offset):\(Self.mark(search))".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Reads a token; an absent or empty one is the first page.
    ///
    /// - Throws: `tracking.invalidPageToken` when the text is no token, or one of another search.
    package static func offset(_ token: String?, of search: [String]) throws(TrackingError) -> Int {
        guard let token, !token.isEmpty else { return 0 }
        var text = token.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        let parts = Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self).split(separator: ":") } ?? []
        guard parts.count == 3, parts[0] == "1", let offset = Int(parts[1]), (0...Self.limit).contains(offset) else {
            throw TrackingError(
                .invalidPageToken,
                "the page token cannot be read; pass on the next_page_token of the page before unchanged"
            )
        }
        guard parts[2] == Self.mark(search) else {
            throw TrackingError(
                .invalidPageToken,
                "the page token belongs to a search with another filter or order; start again without a token"
            )
        }
        return offset
    }

    private static func mark(_ search: [String]) -> String {
        String(ContentHash(of: search.joined(separator: "\u{1F}")).description.prefix(8))
    }
}

extension ErrorCode {
    /// A page token is none, or one of another search.
    package static let invalidPageToken = ErrorCode("tracking.invalidPageToken")
}
