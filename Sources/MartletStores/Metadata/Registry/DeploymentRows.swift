import MartletCore
import MartletTracking

/// Reads and writes deployments inside a transaction.
enum DeploymentRows {
    /// The number of the newest change of any endpoint.
    static func revision(_ database: any SQLConnection) throws -> Int64 {
        try database.row("SELECT max(revision) AS revision FROM deployments", [])?["revision"] ?? 0
    }

    /// What `endpoint` serves, or `nil`.
    static func live(_ endpoint: String, _ database: any SQLConnection) throws -> Deployment? {
        let rows = try database.rows(
            "SELECT d.* FROM endpoints e JOIN deployments d ON d.revision = e.revision WHERE e.name = ?",
            [endpoint]
        )
        return try Self.deployments(rows, database).first
    }

    /// The deployments of rows of `deployments`; a row that takes an endpoint down is none.
    static func deployments(_ rows: [SQLRow], _ database: any SQLConnection) throws -> [Deployment] {
        var variants: [Int64: [ProductionVariant]] = [:]
        var spans: [Int64: [VariantBuckets.Span]] = [:]
        for page in SQLList.pages(of: rows.map { $0["revision"] as Int64 }) {
            try database.forEachRow(
                "SELECT * FROM deployment_variants WHERE revision IN (\(page.placeholders)) ORDER BY revision, position",
                page.arguments
            ) { row in
                let variant = ProductionVariant(
                    name: row["name"],
                    version: ModelVersionID(row["model"], row["number"]),
                    weight: row["weight"],
                    isShadow: row["is_shadow"]
                )
                variants[row["revision"], default: []].append(variant)
            }
            try database.forEachRow(
                "SELECT * FROM deployment_buckets WHERE revision IN (\(page.placeholders))",
                page.arguments
            ) { row in
                let span = VariantBuckets.Span(
                    variant: row["name"],
                    start: row["first_bucket"],
                    end: row["end_bucket"]
                )
                spans[row["revision"], default: []].append(span)
            }
        }
        return rows.compactMap { row in
            let revision: Int64 = row["revision"]
            let endpoint: String = row["endpoint"]
            let tolerated: Int? = row["fuse_tolerated"]
            let slow: Int64? = row["fuse_slow_us"]
            let traffic = EndpointTraffic(
                variants: variants[revision] ?? [],
                salt: row["salt"] ?? endpoint,
                release: row["release_id"],
                buckets: VariantBuckets(spans: spans[revision] ?? []),
                fuse: tolerated.flatMap { tolerated in
                    slow.map { FusePolicy(toleratedFaultCount: tolerated, slowMicroseconds: $0) }
                }
            )
            return Deployment(
                endpoint: endpoint,
                traffic: traffic,
                revision: revision,
                author: Attribution(by: row["actor"], at: row.time("at"), reason: row["reason"])
            )
        }
    }

    /// Adds a change of `endpoint`; no traffic takes it down.
    ///
    /// - Returns: the revision it makes.
    static func add(
        _ traffic: EndpointTraffic?,
        at endpoint: String,
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws -> Int64 {
        let revision = try Self.revision(database) + 1
        let leading = traffic?.leading
        try database.run(
            """
            INSERT INTO deployments
                (revision, endpoint, model, number, actor, at, reason, salt, release_id, fuse_tolerated, fuse_slow_us)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                revision, endpoint, leading?.version.model, leading?.version.number, author.actor,
                author.at.microseconds, author.reason, traffic?.salt, traffic?.release,
                traffic?.fuse?.toleratedFaultCount, traffic?.fuse?.slowMicroseconds,
            ]
        )
        guard let traffic else {
            try database.run("DELETE FROM endpoints WHERE name = ?", [endpoint])
            return revision
        }
        for (position, variant) in traffic.variants.enumerated() {
            try database.run(
                """
                INSERT INTO deployment_variants (revision, position, name, model, number, weight, is_shadow)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    revision, position, variant.name, variant.version.model, variant.version.number, variant.weight,
                    variant.isShadow,
                ]
            )
        }
        for span in traffic.buckets.spans {
            try database.run(
                "INSERT INTO deployment_buckets (revision, first_bucket, end_bucket, name) VALUES (?, ?, ?, ?)",
                [revision, span.start, span.end, span.variant]
            )
        }
        try database.run(
            """
            INSERT INTO endpoints (name, revision) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET revision = excluded.revision
            """,
            [endpoint, revision]
        )
        return revision
    }
}
