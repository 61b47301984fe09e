import Foundation
package import MartletCore
import MartletEngines
package import MartletRetraining
package import MartletTracking

/// Label tables in the DuckDB warehouse.
package struct DuckDBLabelWarehouse: LabelWarehouse {
    let session: WarehouseSession

    /// Keeps tables where `session` opens, whose view `predictions` is the prediction log.
    package init(session: WarehouseSession) { self.session = session }

    package func build(
        _ definition: LabelDefinition,
        _ table: LabelTable,
        _ feedback: EndpointFeedback,
        asOf: EventTime
    ) async throws -> LabelBuild {
        try await self.session.withConnection { connection in
            let predictions = try Self.predictions(of: definition.endpoint.value, until: asOf, connection)
            var join = LabelJoin(definition, predictions, asOf: asOf)
            for arrival in feedback.interactions { join.add(arrival) }
            for arrival in feedback.outcomes { join.add(arrival) }
            let (rows, figures) = join.finish()
            let sql = LabelTableSQL(definition: definition, table: table)
            return try connection.transaction {
                try connection.execute(sql.tableOfBuilds)
                try Self.checkName(table.name, connection)
                try connection.execute(sql.newRows)
                try connection.append(Self.batch(rows), to: LabelTableSQL.rows)
                try connection.execute(sql.rawTable)
                try Self.checkTypes(table, sql, connection)
                try connection.execute(sql.newTable)
                let hash = ContentHash(hex: try connection.query(sql.contentHash).columns[0][0].text)
                let build = LabelBuild(
                    name: definition.name,
                    endpoint: definition.endpoint.value,
                    definitionHash: sql.definitionHash,
                    contentHash: hash ?? ContentHash(of: ""),
                    asOf: asOf,
                    isChanged: true,
                    figures: figures
                )
                return try Self.put(build, sql, connection)
            }
        }
    }

    package func builds() async throws -> [LabelBuild] {
        try await self.session.withConnection(readOnly: true) { try Self.builds($0) }
    }

    package func count(of table: String, knownAt moment: EventTime) async throws -> Int {
        try await self.session.withConnection(readOnly: true) { connection in
            try Self.checkBuilt(table, connection)
            let sql = "SELECT count(*) FROM \(SQLText.identifier(table)) WHERE known_at <= ?"
            return Int(try connection.query(sql, [.time(moment)]).columns[0][0].number)
        }
    }

    package func newest(
        of table: String,
        predictedBy version: ModelVersionID,
        share: Double
    ) async throws -> ColumnBatch {
        try await self.session.withConnection(readOnly: true) { connection in
            try Self.checkBuilt(table, connection)
            let rows = """
                FROM \(SQLText.identifier(table))
                WHERE model = ? AND version = ? AND prediction IS NOT NULL AND isfinite(prediction)
                """
            let by: [Value] = [.string(version.model), .int64(Int64(version.number))]
            let count = try connection.query("SELECT count(*) \(rows)", by).columns[0][0].number
            let limit = Int((count * share).rounded(.up))
            let newest = "SELECT * \(rows) ORDER BY predicted_at DESC, request_id DESC, input DESC LIMIT \(limit)"
            return try connection.query("SELECT * FROM (\(newest)) ORDER BY predicted_at, request_id, input", by)
        }
    }

    private static func checkBuilt(_ table: String, _ connection: DuckDBConnection) throws {
        guard try Self.builds(connection).contains(where: { $0.name == table }) else {
            throw RetrainingError(
                .labelsNotBuilt,
                "labels '\(table)' were not built yet; build them with: martlet labels build \(table)"
            )
        }
    }

    static func builds(_ connection: DuckDBConnection) throws -> [LabelBuild] {
        let table = SQLText.literal(LabelTable.builds)
        let known = try connection.query("SELECT 1 FROM duckdb_tables() WHERE table_name = \(table) AND NOT temporary")
        guard known.rowCount > 0 else { return [] }
        let found = try connection.query("SELECT build FROM \(LabelTable.builds) ORDER BY name")
        return try (0..<found.rowCount)
            .map { try JSONDecoder().decode(LabelBuild.self, from: Data(found.columns[0][$0].text.utf8)) }
    }

    /// The answers to each input at `endpoint`.
    private static func predictions(
        of endpoint: String,
        until asOf: EventTime,
        _ connection: DuckDBConnection
    ) throws -> [ServedPrediction] {
        var predictions: [ServedPrediction] = []
        try connection.forEachBatch(LabelTableSQL.answers, [.string(endpoint), .time(asOf)]) { batch in
            for row in 0..<batch.rowCount {
                let cells = batch.row(row)
                guard case .time(let time) = cells[2] else { continue }
                let keys = try JSONDecoder().decode([String: JSONValue]?.self, from: Data(cells[6].text.utf8))
                predictions.append(
                    ServedPrediction(
                        requestID: cells[0].text,
                        input: Int(cells[1].number),
                        at: time,
                        variant: cells[3].text,
                        release: cells[4] == .null ? nil : cells[4].text,
                        unit: cells[5] == .null ? nil : cells[5].text,
                        entity: keys.flatMap(ServedPrediction.entity)
                    )
                )
            }
        }
        return predictions
    }

    private static func batch(_ rows: [LabelledPrediction]) -> ColumnBatch {
        ColumnBatch(
            schema: LabelTableSQL.rowSchema,
            columns: [
                Column(.string(rows.map(\.requestID))), Column(.int64(rows.map { Int64($0.input) })),
                Column(.time(rows.map(\.knownAt.microseconds))), Column(.float64(rows.map(\.label))),
                Column(.float64(rows.map(\.propensity))), Column(.boolean(rows.map(\.isInfluenced))),
            ]
        )
    }

    /// A table of that name must be one that labels were built into.
    private static func checkName(_ name: String, _ connection: DuckDBConnection) throws {
        let tables = try connection.query(
            "SELECT 1 FROM duckdb_tables() WHERE lower(table_name) = lower(?) AND NOT temporary",
            [.string(name)]
        )
        let own = try connection.query("SELECT 1 FROM \(LabelTable.builds) WHERE name = ?", [.string(name)])
        guard tables.rowCount == 0 || own.rowCount > 0 else {
            throw RetrainingError(
                .labelsTableTaken,
                "labels '\(name)' cannot be built: the warehouse has a table of that name that holds something else; "
                    + "give the labels another name"
            )
        }
    }

    /// Every logged value must be of the declared type; nothing is dropped unseen.
    private static func checkTypes(_ table: LabelTable, _ sql: LabelTableSQL, _ connection: DuckDBConnection) throws {
        let wrong = try connection.query(sql.countsOfWrongTypes).row(0).map(\.number)
        let fields = table.keys + table.features
        guard let (field, count) = zip(fields, wrong).first(where: { $0.1 > 0 }) else { return }
        throw RetrainingError(
            .labelsTypeMismatch,
            "labels '\(table.name)' cannot be built: \(Int(count)) logged values of '\(field.name)' are no "
                + "\(field.type.rawValue); declare the type the model was given under 'columns' or 'keys'"
        )
    }

    /// Puts the new rows in the table's place, unless it holds them.
    private static func put(
        _ build: LabelBuild,
        _ sql: LabelTableSQL,
        _ connection: DuckDBConnection
    ) throws -> LabelBuild {
        let before = try Self.builds(connection).first { $0.name == build.name }
        let isThere = try connection.query(sql.isThere).rowCount > 0
        if let before, isThere, before.contentHash == build.contentHash, before.definitionHash == build.definitionHash {
            try connection.execute(sql.dropWork)
            return LabelBuild(
                name: build.name,
                endpoint: build.endpoint,
                definitionHash: build.definitionHash,
                contentHash: build.contentHash,
                asOf: build.asOf,
                isChanged: false,
                figures: build.figures
            )
        }
        try connection.execute(sql.replaceTable)
        try connection.execute(sql.dropWork)
        try connection.query("DELETE FROM \(LabelTable.builds) WHERE name = ?", [.string(build.name)])
        try connection.query(
            "INSERT INTO \(LabelTable.builds) (name, build) VALUES (?, ?)",
            [.string(build.name), .string(try JSONValue(encoding: build).canonicalText)]
        )
        return build
    }
}
