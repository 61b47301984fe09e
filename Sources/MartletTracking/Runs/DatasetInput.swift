/// A data set that a run read, such as the snapshot it was trained on.
package struct DatasetInput: Sendable, Hashable, Codable {
    package var name: String
    /// What names its content: the content hash of a snapshot, or a client's own digest.
    package var digest: String
    /// The kind of place it came from, such as `snapshot`, `file` or `table`.
    package var sourceType: String
    /// Where it lies, or how it was made; JSON when a tracking client logged it.
    package var source: String
    /// Column names and types, as JSON.
    package var schema: String?
    /// Counts and statistics, as JSON.
    package var profile: String?
    /// What the run used it for, such as `training`.
    package var context: String?

    /// Names a data set.
    package init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String? = nil,
        profile: String? = nil,
        context: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
        self.context = context
    }
}
