package import MartletCore

/// Keeps training sets as Parquet files named by their content hash.
///
/// A snapshot never changes; keeping equal bytes again keeps the file that is there.
package protocol SnapshotStore: Sendable {
    /// A path on the same disk where the next snapshot may be written before its hash is known.
    func stagingPath() throws -> String

    /// Gives the file at `stagingPath` its name, durably, and returns its final path.
    func keep(_ stagingPath: String, as hash: ContentHash) throws -> String
}
