import Foundation
import MartletIngest

/// The address of a request, put together from its parts with every value fully encoded.
struct RequestAddress: Hashable {
    private var base: String
    private var query: String

    /// Takes an address as it is written, its query encoded already.
    init(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.base = String(parts[0])
        self.query = parts.count > 1 ? String(parts[1].prefix { $0 != "#" }) : ""
    }

    /// The address as it is sent.
    var text: String { self.query.isEmpty ? self.base : self.base + "?" + self.query }

    /// The address without its query and user, which may hold a key.
    var shown: String {
        guard var parts = URLComponents(string: self.base) else { return "the address" }
        parts.user = nil
        parts.password = nil
        return parts.string ?? "the address"
    }

    /// Sets a parameter in place of an earlier one.
    ///
    /// Everything but letters, digits and `-._~` is encoded: a key holds `+`, `/` and `=`, which servers read otherwise.
    mutating func set(_ name: String, _ value: String) {
        let name = Self.encode(name)
        let others = self.query.split(separator: "&").filter { $0.prefix { $0 != "=" } != name }
        self.query = (others + ["\(name)=\(Self.encode(value))"]).joined(separator: "&")
    }

    /// Sets the parameter of a key.
    ///
    /// A key that is encoded already, as some portals hand it out, is sent as it is and not encoded twice.
    mutating func set(_ name: String, key: String) {
        let decoded = key.contains("%") ? key.removingPercentEncoding ?? key : key
        self.set(name, decoded)
    }

    private static func encode(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}
