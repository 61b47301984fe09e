package import MartletCore
package import MartletTracking

/// What a build of a label table came to.
package struct LabelBuild: Sendable, Hashable, Codable {
    package let name: String
    package let endpoint: String
    /// Names the rule and the columns.
    package let definitionHash: ContentHash
    /// Names the rows; equal tables have an equal one.
    package let contentHash: ContentHash
    /// The moment up to which things were known.
    package let asOf: EventTime
    /// Whether the table was written; `false` when it held these rows already.
    package let isChanged: Bool
    package let figures: LabelFigures

    private enum CodingKeys: String, CodingKey {
        case name, endpoint, figures
        case definitionHash = "definition_hash"
        case contentHash = "content_hash"
        case asOf = "as_of"
        case isChanged = "changed"
    }

    /// Records a build.
    package init(
        name: String,
        endpoint: String,
        definitionHash: ContentHash,
        contentHash: ContentHash,
        asOf moment: EventTime,
        isChanged: Bool,
        figures: LabelFigures
    ) {
        self.name = name
        self.endpoint = endpoint
        self.definitionHash = definitionHash
        self.contentHash = contentHash
        self.asOf = moment
        self.isChanged = isChanged
        self.figures = figures
    }
}

/// All feedback at one endpoint, in the order of arrival.
package struct EndpointFeedback: Sendable, Hashable {
    package let interactions: [Arrival<Interaction>]
    package let outcomes: [Arrival<Outcome>]

    /// Holds feedback.
    package init(interactions: [Arrival<Interaction>], outcomes: [Arrival<Outcome>]) {
        self.interactions = interactions
        self.outcomes = outcomes
    }

    /// Reads everything that `store` has of `endpoint`, page by page.
    package init(of endpoint: String, in store: any FeedbackStore) async throws(TrackingError) {
        var interactions: [Arrival<Interaction>] = []
        var outcomes: [Arrival<Outcome>] = []
        repeat {
            let page = try await store.interactions(
                at: endpoint,
                after: interactions.last?.sequence ?? 0,
                limit: Self.pageCount
            )
            interactions += page
            if page.count < Self.pageCount { break }
        } while true
        repeat {
            let page = try await store.outcomes(
                at: endpoint,
                after: outcomes.last?.sequence ?? 0,
                limit: Self.pageCount
            )
            outcomes += page
            if page.count < Self.pageCount { break }
        } while true
        self.init(interactions: interactions, outcomes: outcomes)
    }

    private static let pageCount = 5_000
}

/// Keeps label tables beside the tables they are learned with.
package protocol LabelWarehouse: Sendable {
    /// Builds the table of `definition` anew from the prediction log and `feedback`.
    ///
    /// One transaction: a reader sees the old table or the new one. Equal rows change nothing.
    ///
    /// - Throws: `labels.tableTaken`, `labels.typeMismatch`.
    func build(
        _ definition: LabelDefinition,
        _ table: LabelTable,
        _ feedback: EndpointFeedback,
        asOf: EventTime
    ) async throws -> LabelBuild

    /// The builds that last changed each table, by name.
    func builds() async throws -> [LabelBuild]

    /// Returns how many labels of `table` were known at `moment`.
    ///
    /// - Throws: `labels.notBuilt`.
    func count(of table: String, knownAt moment: EventTime) async throws -> Int

    /// Returns the newest `share` of the labelled predictions that `version` made, the oldest first.
    ///
    /// - Throws: `labels.notBuilt`.
    func newest(of table: String, predictedBy version: ModelVersionID, share: Double) async throws -> ColumnBatch
}
