import MartletCore
import MartletTracking

/// Reads and writes logged models inside a transaction.
enum LoggedModelRows {
    static func row(of id: String, in database: any SQLConnection) throws -> SQLRow? {
        try database.row("SELECT * FROM logged_models WHERE id = ?", [id])
    }

    /// The logged model `id`, active or deleted.
    static func require(_ id: String, in database: any SQLConnection) throws -> LoggedModel {
        guard let row = try Self.row(of: id, in: database) else { throw Self.notFound(id) }
        return try Self.models([row], in: database)[0]
    }

    /// Checks that the logged models are there and active.
    static func requireWritable(_ ids: Set<String>, in database: any SQLConnection) throws {
        for list in SQLList.pages(of: ids.sorted()) {
            let active = Set(
                try database.texts(
                    "SELECT id FROM logged_models WHERE lifecycle = 'active' AND id IN (\(list.placeholders))",
                    list.arguments
                )
            )
            let wanted = Set(list.arguments.compactMap { $0 as? String })
            if let lost = wanted.subtracting(active).min() { throw Self.notFound(lost) }
        }
    }

    static func notFound(_ id: String) -> TrackingError {
        TrackingError(
            .loggedModelNotFound,
            "no logged model has the id '\(id.prefix(80))', or it was deleted; log the model first or restore it"
        )
    }

    /// Adds the points that name a logged model to it.
    static func write(_ metrics: [Metric], run: RunID, in database: any SQLConnection) throws {
        guard metrics.contains(where: { $0.modelID != nil }) else { return }
        let ids = Set(metrics.compactMap(\.modelID))
        try Self.requireWritable(ids, in: database)
        try database.run(
            """
            INSERT INTO logged_model_metrics (
                model, key, step, timestamp, value, is_nan, run, dataset_name, dataset_digest
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            batch: metrics.compactMap { metric in
                guard let id = metric.modelID else { return nil }
                return [id] + RunBatchRows.columns(metric)
                    + [run.description, metric.dataset?.name ?? "", metric.dataset?.digest ?? ""]
            }
        )
    }

    /// Sets tags.
    static func write(_ tags: [String: String], model id: String, in database: any SQLConnection) throws {
        try database.run(
            """
            INSERT INTO logged_model_tags (model, key, value) VALUES (?, ?, ?)
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """,
            batch: tags.map { [id, $0.key, $0.value] }
        )
    }

    /// The logged models of rows of `logged_models`, in their order, with all that belongs to them.
    static func models(_ rows: [SQLRow], in database: any SQLConnection) throws -> [LoggedModel] {
        var models = rows.map(Self.model)
        let positions = Dictionary(uniqueKeysWithValues: zip(models.map(\.id), models.indices))
        func each(_ columns: String, of table: String, _ body: (inout LoggedModel, SQLRow) -> Void) throws {
            for list in SQLList.pages(of: models.map(\.id)) {
                try database.forEachRow(
                    "SELECT model, \(columns) FROM \(table) WHERE model IN (\(list.placeholders))",
                    list.arguments
                ) { row in
                    if let position = positions[row[0]] { body(&models[position], row) }
                }
            }
        }
        try each("key, value", of: "logged_model_params") { $0.parameters[$1[1]] = $1[2] }
        try each("key, value", of: "logged_model_tags") { $0.tags[$1[1]] = $1[2] }
        try each(
            "key, step, timestamp, value, is_nan, run, dataset_name, dataset_digest",
            of: "logged_model_metrics"
        ) { model, row in
            guard let run = RunID(row[6]) else { return }
            var metric = RunRows.metric(row[1], row, from: 2)
            metric.modelID = model.id
            let name: String = row[7]
            if !name.isEmpty { metric.dataset = DatasetReference(name: name, digest: row[8]) }
            model.metrics.append(RunMetric(run, metric))
        }
        return models
    }

    private static func model(_ row: SQLRow) -> LoggedModel {
        LoggedModel(
            id: row["id"],
            experimentID: String(row["experiment"] as Int64),
            name: row["name"],
            type: row["type"],
            sourceRunID: (row["source_run"] as String?).flatMap { RunID($0) },
            status: LoggedModelStatus(rawValue: row["status"]) ?? .uploadFailed,
            createdAt: row.time("created_at"),
            updatedAt: row.time("updated_at"),
            lifecycle: Lifecycle(rawValue: row["lifecycle"]) ?? .deleted,
            artifactLocation: row["artifact_location"]
        )
    }
}
