package import MartletCore

/// What a point-in-time join does, without the words of any database.
///
/// For a spine row with moment T, a row of a view is *visible* when `event ≤ T`, `created ≤ T`. The newest visible row
/// counts: the later event, then the later created, then the greater values in the order of the features. It is used
/// when `event ≥ T − TTL`. Aggregates summarise the visible rows with `event > T − window`.
package struct PointInTimePlan: Sendable, Hashable {
    /// The part of the plan that one view fills.
    package struct Step: Sendable, Hashable {
        package let view: FeatureView
        /// The features wanted, in the order of the service.
        package let features: [Feature]
    }

    /// The spine's columns, which come first in the result.
    package let spine: Schema
    package let timestampColumn: String
    package let steps: [Step]
    /// The feature columns in the order of the service, after those of the spine.
    package let output: [FeatureReference]

    /// Plans the join of `service` to a spine with the columns `spine`.
    ///
    /// - Throws: `features.spineColumn` when the spine lacks the timestamp or a join key, or already has a column of a
    ///   feature's name.
    package init(spine: Schema, timestampColumn: String, service: FeatureService?) throws(FeatureError) {
        self.spine = spine
        self.timestampColumn = timestampColumn
        self.output = service?.features ?? []
        self.steps = (service?.views ?? [])
            .map { view in
                let wanted = Set((service?.features ?? []).filter { $0.view == view.name }.map(\.feature))
                return Step(view: view, features: view.features.filter { wanted.contains($0.name) })
            }
        switch spine.type(of: timestampColumn) {
        case .date, .timestamp: break
        case .none:
            throw FeatureError(
                .featureSpineColumn,
                "the spine has no timestamp column '\(timestampColumn)'."
                    + FeatureCatalog.hint(timestampColumn, among: spine.names)
            )
        case .some(let type):
            throw FeatureError(
                .featureSpineColumn,
                "timestamp column '\(timestampColumn)' of the spine is \(type.rawValue); cast it to a timestamp"
            )
        }
        for key in service?.joinKeys ?? [] where spine.type(of: key.name) == nil {
            throw FeatureError(
                .featureSpineColumn,
                "the spine has no join key '\(key.name)', which feature service '\(service?.name ?? "")' needs."
                    + FeatureCatalog.hint(key.name, among: spine.names)
            )
        }
        for feature in self.output where spine.type(of: feature.columnName) != nil {
            throw FeatureError(
                .featureSpineColumn,
                "the spine already has a column '\(feature.columnName)'; rename it, for the feature takes that name"
            )
        }
    }

    /// The columns of the result.
    package var schema: Schema {
        Schema(self.spine.fields + self.output.map { Field($0.columnName, $0.type) })
    }
}

extension ErrorCode {
    /// The spine lacks a column that the point-in-time join needs, or has one that is in its way.
    package static let featureSpineColumn = ErrorCode("features.spineColumn")
}
