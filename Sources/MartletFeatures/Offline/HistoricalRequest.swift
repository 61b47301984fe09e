package import MartletCore

/// The rows for which historical features are wanted: entity keys with a moment each.
package enum EntitySpine: Sendable, Hashable {
    /// A query over the warehouse.
    case sql(String)
    /// A CSV, Parquet or JSON-lines file, told apart by its name.
    case file(String)
}

/// Asks for the features of a service as they were known at the moment of each spine row.
package struct HistoricalRequest: Sendable {
    package let spine: EntitySpine
    /// The spine's column with the moment T of each row.
    package let timestampColumn: String
    /// The features to add; `nil` copies the spine alone.
    package let service: FeatureService?
    /// The path of the Parquet file to write.
    package let output: String
    /// Whether ``HistoricalResult/lateShares`` is worked out; it costs another look at the views.
    package let countsLateRows: Bool

    /// Asks for `service` at the moments in `timestampColumn` of `spine`.
    package init(
        spine: EntitySpine,
        timestampColumn: String,
        service: FeatureService?,
        output: String,
        countsLateRows: Bool = false
    ) {
        self.spine = spine
        self.timestampColumn = timestampColumn
        self.service = service
        self.output = output
        self.countsLateRows = countsLateRows
    }
}

/// What a point-in-time join wrote.
package struct HistoricalResult: Sendable, Codable {
    package let path: String
    package let rowCount: Int
    /// The spine's columns, then one `view__feature` column for each feature of the service.
    package let schema: Schema
    /// The SHA-256 of the file.
    package let contentHash: ContentHash
    /// The warehouse tables that the spine and the views read, sorted.
    package let sourceTables: [String]
    /// The loads whose rows those tables hold, sorted.
    package let batches: [ContentHash]
    /// How many rows got a value, for each feature column.
    package let presentCounts: [String: Int]
    /// For each view, the part of the moments that a row was true for and came too late for.
    ///
    /// Such a row became known only after the moment, so that the join left it out. Judged over at most 10,000 moments
    /// spread over the spine; views without such rows are absent.
    package let lateShares: [String: Double]

    /// Records what was written.
    package init(
        path: String,
        rowCount: Int,
        schema: Schema,
        contentHash: ContentHash,
        sourceTables: [String],
        batches: [ContentHash],
        presentCounts: [String: Int],
        lateShares: [String: Double] = [:]
    ) {
        self.path = path
        self.rowCount = rowCount
        self.schema = schema
        self.contentHash = contentHash
        self.sourceTables = sourceTables
        self.batches = batches
        self.presentCounts = presentCounts
        self.lateShares = lateShares
    }
}
