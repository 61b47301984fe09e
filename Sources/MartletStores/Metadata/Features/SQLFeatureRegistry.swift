import Foundation
package import MartletCore
package import MartletFeatures

/// The feature registry in the metadata database.
package struct SQLFeatureRegistry: FeatureRegistry {
    private let database: MetadataDatabase

    /// Records definitions in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func current() async throws -> [FeatureDefinitionVersion] {
        try await self.database
            .read(to: "read the feature definitions") { database in
                try database.rows(
                    """
                    SELECT * FROM feature_definitions AS d WHERE version = (
                        SELECT max(version) FROM feature_definitions WHERE kind = d.kind AND name = d.name
                    ) ORDER BY kind, name
                    """,
                    []
                )
            }
            .map(Self.version)
    }

    package func history(of kind: FeatureDefinitionKind, name: String) async throws -> [FeatureDefinitionVersion] {
        try await self.database
            .read(to: "read the history of '\(name)'") { database in
                try database.rows(
                    "SELECT * FROM feature_definitions WHERE kind = ? AND name = ? ORDER BY version",
                    [kind.rawValue, name]
                )
            }
            .map(Self.version)
    }

    package func append(_ versions: [FeatureDefinitionVersion]) async throws {
        try await self.database.write(to: "record feature definitions") { database in
            try database.run(
                """
                INSERT INTO feature_definitions (kind, name, version, content_hash, definition, applied_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                batch: versions.map { version in
                    [
                        version.kind.rawValue, version.name, version.version, version.contentHash.description,
                        version.definition?.canonicalText, version.appliedAt,
                    ]
                }
            )
        }
    }

    private static func version(_ row: SQLRow) throws -> FeatureDefinitionVersion {
        guard let kind = FeatureDefinitionKind(rawValue: row["kind"]), let hash = ContentHash(hex: row["content_hash"])
        else {
            throw StoreError(
                .featureDefinitionDamaged,
                "a recorded feature definition cannot be read; restore a backup"
            )
        }
        let text: String? = row["definition"]
        return FeatureDefinitionVersion(
            kind: kind,
            name: row["name"],
            version: row["version"],
            contentHash: hash,
            definition: try text.map { try JSONValue(parsing: Data($0.utf8)) },
            appliedAt: EventTime(microseconds: row["applied_at"])
        )
    }
}

extension MetadataMigrations {
    static let features: [MetadataMigration] = [
        MetadataMigration(
            "features 1: definitions",
            sql: """
                CREATE TABLE feature_definitions (
                    kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, content_hash TEXT NOT NULL,
                    definition TEXT, applied_at INTEGER NOT NULL,
                    PRIMARY KEY (kind, name, version)
                ) STRICT;
                """
        )
    ]
}

extension ErrorCode {
    /// A recorded feature definition is not one that was written.
    package static let featureDefinitionDamaged = ErrorCode("store.featureDefinitionDamaged")
}
