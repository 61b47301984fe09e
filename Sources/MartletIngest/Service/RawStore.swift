package import Foundation
package import MartletCore

/// Keeps the bytes of every batch unchanged, named by their hash.
package protocol RawStore: Sendable {
    /// Opens a place for the bytes of one batch of `source`; what earlier, interrupted receivers left is removed.
    func receiver(for source: String) throws -> any RawReceiver
}

/// Takes the bytes of one batch, page by page.
package protocol RawReceiver: AnyObject {
    /// Adds bytes to the page under way.
    func append(_ bytes: Data) throws
    /// Ends the page under way; the next byte starts another one.
    func endPage() throws
    /// Makes the bytes durable and gives them their name; bytes that are there already are not written again.
    ///
    /// - Parameter day: the UTC day of arrival, such as `2023-05-23`.
    /// - Returns: the batch with its name.
    /// - Throws: the store's error when the bytes cannot be kept.
    func land(on day: String) throws -> LandedBatch
    /// Forgets the bytes; does nothing after ``land(on:)``.
    func abandon()
}

/// A batch whose raw bytes are safe.
package struct LandedBatch: Sendable, Hashable {
    /// Names the batch: the hash of its one page, or of the list of its pages' hashes.
    package let hash: ContentHash
    /// The raw file, or the list of pages, relative to the raw folder.
    package let path: String
    /// The files with the bytes, in order.
    package let pages: [String]
    package let byteCount: Int

    /// Describes a landed batch.
    package init(hash: ContentHash, path: String, pages: [String], byteCount: Int) {
        self.hash = hash
        self.path = path
        self.pages = pages
        self.byteCount = byteCount
    }
}
