package import MartletCore

/// Which rows of a view a materialization wants.
package struct MaterializationRead: Sendable {
    package let view: FeatureView
    /// The moment the rows stand for.
    package let asOf: EventTime
    /// Rows known and visible at this moment were written before; `nil` reads all.
    package let changedSince: EventTime?
    /// Rows that arrived from this moment on are read whatever their event time; `nil` reads all.
    package let arrivedFrom: EventTime?
    /// Only entities after this one, in byte order; `nil` starts at the first.
    package let after: EntityKey?

    /// Asks for the newest valid rows of `view` at `asOf`.
    package init(
        view: FeatureView,
        asOf: EventTime,
        changedSince: EventTime? = nil,
        arrivedFrom: EventTime? = nil,
        after: EntityKey? = nil
    ) {
        self.view = view
        self.asOf = asOf
        self.changedSince = changedSince
        self.arrivedFrom = arrivedFrom
        self.after = after
    }
}

/// The history of all features, for training and materialization.
package protocol OfflineStore: Sendable {
    /// Joins the features of a service to a spine, each as known at the row's moment, and writes a Parquet file.
    ///
    /// Spine rows keep their order and number; an entity without a valid row gets nulls.
    func historicalFeatures(_ request: HistoricalRequest) async throws -> HistoricalResult

    /// Reads a whole Parquet file.
    func readParquet(_ path: String) async throws -> ColumnBatch

    /// The latest arrival among the source rows of `view`, or `nil` when it is empty or does not say.
    func latestArrival(in view: FeatureView) async throws -> EventTime?

    /// Passes the newest valid row of each entity to `body`, in byte order of the entity keys, in chunks.
    ///
    /// `body` is called with at most `chunkSize` entries, and never with none; what it throws ends the reading.
    func newestRows(
        _ read: MaterializationRead,
        chunkSize: Int,
        _ body: @Sendable ([OnlineEntry]) async throws -> Void
    ) async throws
}
