package import Foundation

/// The ids that a spool gave, with what the server calls the same things.
///
/// Ids are long and random, so wherever one stands, in a path, a query, a body or an artifact's folder, it means that thing.
package struct SpoolNames: Sendable {
    private let pairs: [(local: String, real: String)]

    /// Uses the server's ids by the spool's.
    package init(_ names: [String: String]) { self.pairs = names.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }

    /// `text` with the server's ids.
    package func translate(_ text: String) -> String {
        self.pairs.reduce(text) { text, pair in
            text.contains(pair.local) ? text.replacing(pair.local, with: pair.real) : text
        }
    }

    /// `data` with the server's ids, when it is text that holds any.
    package func translate(_ data: Data) -> Data {
        guard !self.pairs.isEmpty, let text = String(data: data, encoding: .utf8) else { return data }
        let translated = self.translate(text)
        return translated == text ? data : Data(translated.utf8)
    }

    /// Draws an id in the manner of `kind`, unlike any a server gives.
    package static func draw(
        _ kind: SpoolObject.Kind,
        using generator: inout some RandomNumberGenerator
    ) -> String {
        let digits = (0..<32).map { _ in String(Int.random(in: 0..<16, using: &generator), radix: 16) }.joined()
        switch kind {
        case .run: return digits
        case .model: return "m-" + digits
        // A number, as clients expect, that no server counts to.
        case .experiment:
            return "9" + String(Int64.random(in: 10_000_000_000_000_000..<100_000_000_000_000_000, using: &generator))
        }
    }
}
