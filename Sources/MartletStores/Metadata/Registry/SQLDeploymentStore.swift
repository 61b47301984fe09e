import MartletCore
package import MartletTracking

/// Deployments in the metadata database.
package struct SQLDeploymentStore: DeploymentStore {
    private let database: MetadataDatabase

    /// Keeps deployments in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func deploy(
        _ version: ModelVersionID,
        to endpoint: String,
        _ author: Attribution
    ) async throws(TrackingError) -> Deployment {
        try RegistryNames.checkEndpoint(endpoint)
        try author.validate()
        return try await self.database.write(to: "deploy \(version) to '\(endpoint)'") { database in
            try ModelVersionRows.require(version, in: database).checkDeployable()
            let before = try Self.live(endpoint, database)
            let revision = try Self.addRevision(of: endpoint, version, author, database)
            try database.run(
                """
                INSERT INTO endpoints (name, revision) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET revision = excluded.revision
                """,
                [endpoint, revision]
            )
            try SQLLedger.append(
                LedgerRecord(
                    .endpointDeployed,
                    of: "endpoint:\(endpoint)",
                    author,
                    payload: [
                        "version": .string(version.description),
                        "before": before.map { .string($0.version.description) } ?? .null,
                        "revision": .integer(revision),
                    ]
                ),
                in: database
            )
            return Deployment(endpoint: endpoint, version: version, revision: revision, author: author)
        }
    }

    package func remove(endpoint: String, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "remove the endpoint '\(endpoint)'") { database in
            guard let before = try Self.live(endpoint, database) else {
                let names = try database.texts("SELECT name FROM endpoints")
                throw TrackingError(
                    .endpointNotFound,
                    "no endpoint '\(endpoint)' is live." + NearestName.suggestion(endpoint, among: names)
                )
            }
            let revision = try Self.addRevision(of: endpoint, nil, author, database)
            try database.run("DELETE FROM endpoints WHERE name = ?", [endpoint])
            try SQLLedger.append(
                LedgerRecord(
                    .endpointRemoved,
                    of: "endpoint:\(endpoint)",
                    author,
                    payload: ["before": .string(before.version.description), "revision": .integer(revision)]
                ),
                in: database
            )
        }
    }

    package func deployment(of endpoint: String) async throws(TrackingError) -> Deployment? {
        try await self.database.read(to: "read the endpoint '\(endpoint)'") { try Self.live(endpoint, $0) }
    }

    package func snapshot() async throws(TrackingError) -> DeploymentSnapshot {
        try await self.database.read(to: "read the deployments") { database in
            let rows = try database.rows(
                """
                SELECT d.* FROM endpoints e JOIN deployments d ON d.revision = e.revision ORDER BY e.name
                """,
                []
            )
            return DeploymentSnapshot(
                revision: try Self.revision(database),
                deployments: rows.compactMap(Self.deployment)
            )
        }
    }

    package func history(of endpoint: String, limit: Int) async throws(TrackingError) -> [Deployment] {
        try await self.database.read(to: "read the history of '\(endpoint)'") { database in
            try database.rows(
                """
                SELECT * FROM deployments WHERE endpoint = ? AND model IS NOT NULL ORDER BY revision DESC LIMIT ?
                """,
                [endpoint, limit]
            )
            .compactMap(Self.deployment)
        }
    }

    package func revision() async throws(TrackingError) -> Int64 {
        try await self.database.read(to: "read the revision of the deployments", Self.revision)
    }

    private static func revision(_ database: any SQLConnection) throws -> Int64 {
        try database.row("SELECT max(revision) AS revision FROM deployments", [])?["revision"] ?? 0
    }

    private static func addRevision(
        of endpoint: String,
        _ version: ModelVersionID?,
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws -> Int64 {
        let revision = try Self.revision(database) + 1
        try database.run(
            """
            INSERT INTO deployments (revision, endpoint, model, number, actor, at, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                revision, endpoint, version?.model, version?.number, author.actor, author.at.microseconds,
                author.reason,
            ]
        )
        return revision
    }

    private static func live(_ endpoint: String, _ database: any SQLConnection) throws -> Deployment? {
        try database.row(
            "SELECT d.* FROM endpoints e JOIN deployments d ON d.revision = e.revision WHERE e.name = ?",
            [endpoint]
        )
        .flatMap(Self.deployment)
    }

    private static func deployment(_ row: SQLRow) -> Deployment? {
        guard let model = row["model"] as String?, let number = row["number"] as Int? else { return nil }
        return Deployment(
            endpoint: row["endpoint"],
            version: ModelVersionID(model, number),
            revision: row["revision"],
            author: Attribution(by: row["actor"], at: row.time("at"), reason: row["reason"])
        )
    }
}
