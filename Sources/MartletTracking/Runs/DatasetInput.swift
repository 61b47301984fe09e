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
    /// What clients noted of its use, by key.
    package var tags: [String: String]

    /// The tag that says what the run used it for.
    package static let contextTag = "mlflow.data.context"

    /// Names a data set.
    package init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String? = nil,
        profile: String? = nil,
        context: String? = nil,
        tags: [String: String] = [:]
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
        self.tags = tags
        if let context { self.tags[Self.contextTag] = context }
    }

    /// What the run used it for, such as `training`.
    package var context: String? { self.tags[Self.contextTag] }
}

extension DatasetInput {
    /// Checks names and lengths against ``TrackingLimits``.
    ///
    /// - Throws: `tracking.invalidValue` for the first that is empty or too long.
    package func validate() throws(TrackingError) {
        guard !self.name.isEmpty, !self.digest.isEmpty else {
            throw TrackingError(.invalidTrackingValue, "a data set was logged without a name or a digest; give it both")
        }
        try TrackingLimits.check(self.name, of: "the name of a data set", limit: TrackingLimits.datasetNameLength)
        try TrackingLimits.check(
            self.source,
            of: "the source of the data set '\(self.name)'",
            limit: TrackingLimits.datasetSourceLength
        )
        try TrackingLimits.check(
            self.schema ?? "",
            of: "the schema of the data set '\(self.name)'",
            limit: TrackingLimits.datasetSchemaLength
        )
        try TrackingLimits.check(
            self.profile ?? "",
            of: "the profile of the data set '\(self.name)'",
            limit: TrackingLimits.datasetProfileLength
        )
        for (key, value) in self.tags {
            try TrackingLimits.check(key, of: "a tag's name", limit: TrackingLimits.inputTagKeyLength)
            try TrackingLimits.check(value, of: "tag '\(key)'", limit: TrackingLimits.inputTagValueLength)
        }
    }
}
