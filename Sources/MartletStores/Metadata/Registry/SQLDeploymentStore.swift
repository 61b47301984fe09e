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
            let before = try DeploymentRows.live(endpoint, database)
            let traffic = EndpointTraffic(live: version, at: endpoint)
            let revision = try DeploymentRows.add(traffic, at: endpoint, author, database)
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
            return try Self.written(endpoint, database)
        }
    }

    package func route(
        _ traffic: EndpointTraffic,
        at endpoint: String,
        expecting expected: Int64?,
        _ author: Attribution
    ) async throws(TrackingError) -> Deployment {
        try RegistryNames.checkEndpoint(endpoint)
        try author.validate()
        try traffic.validate()
        return try await self.database.write(to: "set the traffic of '\(endpoint)'") { database in
            let before = try DeploymentRows.live(endpoint, database)
            let found = before?.revision ?? 0
            guard expected == nil || expected == found else {
                throw TrackingError(
                    .deploymentChangedMeanwhile,
                    "the traffic of '\(endpoint)' was to follow revision \(expected ?? 0), and "
                        + (before.map { "\($0.author.actor) made revision \($0.revision) meanwhile" }
                            ?? "it is not live")
                        + "; read the endpoint again and decide anew"
                )
            }
            for variant in traffic.variants {
                let version = try ModelVersionRows.require(variant.version, in: database)
                if !variant.isShadow { try version.checkDeployable() }
            }
            let next = traffic.following(before?.traffic)
            let revision = try DeploymentRows.add(next, at: endpoint, author, database)
            try SQLLedger.append(
                LedgerRecord(
                    .endpointRouted,
                    of: "endpoint:\(endpoint)",
                    author,
                    payload: [
                        "variants": .array(next.variants.map(Self.json)),
                        "before": before.map { .array($0.traffic.variants.map(Self.json)) } ?? .null,
                        "salt": .string(next.salt),
                        "release": next.release.map(JSONValue.string) ?? .null,
                        "revision": .integer(revision),
                    ]
                ),
                in: database
            )
            return try Self.written(endpoint, database)
        }
    }

    package func remove(endpoint: String, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "remove the endpoint '\(endpoint)'") { database in
            guard let before = try DeploymentRows.live(endpoint, database) else {
                let names = try database.texts("SELECT name FROM endpoints")
                throw TrackingError(
                    .endpointNotFound,
                    "no endpoint '\(endpoint)' is live." + NearestName.suggestion(endpoint, among: names)
                )
            }
            let revision = try DeploymentRows.add(nil, at: endpoint, author, database)
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
        try await self.database.read(to: "read the endpoint '\(endpoint)'") { try DeploymentRows.live(endpoint, $0) }
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
                revision: try DeploymentRows.revision(database),
                deployments: try DeploymentRows.deployments(rows, database)
            )
        }
    }

    package func history(of endpoint: String, limit: Int) async throws(TrackingError) -> [Deployment] {
        try await self.database.read(to: "read the history of '\(endpoint)'") { database in
            let rows = try database.rows(
                """
                SELECT * FROM deployments WHERE endpoint = ? AND model IS NOT NULL ORDER BY revision DESC LIMIT ?
                """,
                [endpoint, limit]
            )
            return try DeploymentRows.deployments(rows, database)
        }
    }

    package func revision() async throws(TrackingError) -> Int64 {
        try await self.database.read(to: "read the revision of the deployments", DeploymentRows.revision)
    }

    /// What was just written, read back.
    private static func written(_ endpoint: String, _ database: any SQLConnection) throws -> Deployment {
        guard let deployment = try DeploymentRows.live(endpoint, database) else {
            throw TrackingError(.trackingStoreFailed, "the deployment of '\(endpoint)' was written and is not there")
        }
        return deployment
    }

    private static func json(_ variant: ProductionVariant) -> JSONValue {
        [
            "name": .string(variant.name), "version": .string(variant.version.description),
            "weight": .integer(Int64(variant.weight)), "shadow": .boolean(variant.isShadow),
        ]
    }
}
