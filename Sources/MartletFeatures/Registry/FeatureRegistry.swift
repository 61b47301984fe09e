package import MartletCore

/// The kinds of definition that the feature registry records.
package enum FeatureDefinitionKind: String, Sendable, Hashable, Codable, CaseIterable {
    case entity
    case view
    case service
}

/// One recorded version of a definition.
package struct FeatureDefinitionVersion: Sendable, Hashable, Codable {
    package let kind: FeatureDefinitionKind
    package let name: String
    /// 1, 2, … for each name.
    package let version: Int
    package let contentHash: ContentHash
    /// The definition; `nil` records that it was removed.
    package let definition: JSONValue?
    package let appliedAt: EventTime

    /// Records a version.
    package init(
        kind: FeatureDefinitionKind,
        name: String,
        version: Int,
        contentHash: ContentHash,
        definition: JSONValue?,
        appliedAt: EventTime
    ) {
        self.kind = kind
        self.name = name
        self.version = version
        self.contentHash = contentHash
        self.definition = definition
        self.appliedAt = appliedAt
    }
}

/// The history of feature definitions.
///
/// A version once recorded stays as it is, and an append is made whole or not at all.
package protocol FeatureRegistry: Sendable {
    /// The newest version of every definition, removed ones included, sorted by kind and name.
    func current() async throws -> [FeatureDefinitionVersion]

    /// Every version of one definition, oldest first.
    func history(of kind: FeatureDefinitionKind, name: String) async throws -> [FeatureDefinitionVersion]

    /// Appends versions, all or none; each continues the numbers of its name.
    func append(_ versions: [FeatureDefinitionVersion]) async throws
}
