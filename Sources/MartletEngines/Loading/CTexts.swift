import Foundation

/// A list of texts as C takes it; the texts live until the value is gone.
final class CTexts {
    private let texts: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { self.texts = texts.map { strdup($0) } }

    deinit { for text in self.texts { free(text) } }

    /// Gives `body` the list with a null after its end; it must not outlive the call.
    func withPointers<T>(_ body: (UnsafePointer<CText?>) -> T) -> T {
        let pointers = self.texts.map { $0.map { CText($0) } } + [nil]
        return pointers.withUnsafeBufferPointer { buffer in
            // An empty array has no address, and this one is never empty.
            var none: CText?
            guard let start = buffer.baseAddress else { return body(&none) }
            return withExtendedLifetime(self) { body(start) }
        }
    }
}
