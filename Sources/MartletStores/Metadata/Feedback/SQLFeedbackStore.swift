import MartletCore
package import MartletTracking

/// Interactions and outcomes in the metadata database.
package struct SQLFeedbackStore: FeedbackStore {
    private let database: MetadataDatabase

    /// Keeps interactions and outcomes in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func record(_ interactions: [Interaction]) async throws(TrackingError) -> FeedbackReceipt {
        try await self.database.write(to: "record \(interactions.count) interactions") { database in
            try Self.record(interactions, FeedbackTable.interactions, in: database)
        }
    }

    package func record(_ outcomes: [Outcome]) async throws(TrackingError) -> FeedbackReceipt {
        try await self.database.write(to: "record \(outcomes.count) outcomes") { database in
            try Self.record(outcomes, FeedbackTable.outcomes, in: database)
        }
    }

    package func interactions(
        at endpoint: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [Arrival<Interaction>] {
        try await self.database.read(to: "read the interactions at '\(endpoint)'") { database in
            try Self.arrivals(at: endpoint, after: sequence, limit, FeedbackTable.interactions, in: database)
        }
    }

    package func outcomes(
        at endpoint: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [Arrival<Outcome>] {
        try await self.database.read(to: "read the outcomes at '\(endpoint)'") { database in
            try Self.arrivals(at: endpoint, after: sequence, limit, FeedbackTable.outcomes, in: database)
        }
    }

    private static func record<Value>(
        _ values: [Value],
        _ table: FeedbackTable<Value>,
        in database: any SQLConnection
    ) throws -> FeedbackReceipt {
        var known: [String: Value] = [:]
        for page in SQLList.pages(of: values.map(table.id)) {
            try database.forEachRow(
                "SELECT * FROM \(table.name) WHERE id IN (\(page.placeholders))",
                page.arguments
            ) { row in known[row["id"]] = table.read(row) }
        }
        let newest = try database.row("SELECT max(sequence) AS sequence FROM \(table.name)", [])
        var sequence: Int64 = newest?["sequence"] ?? 0
        var rows: [[(any SQLBindable)?]] = []
        for value in values {
            if let before = known[table.id(value)] {
                guard table.agree(before, value) else {
                    throw TrackingError(
                        .feedbackConflict,
                        "the id '\(table.id(value).prefix(60))' is there with another content, so nothing of the batch was "
                            + "recorded; give each \(table.noun) an id of its own"
                    )
                }
                continue
            }
            known[table.id(value)] = value
            sequence += 1
            rows.append([sequence] + table.columns(value))
        }
        if !rows.isEmpty { try database.run(table.insertion, batch: rows) }
        return FeedbackReceipt(acceptedCount: rows.count, duplicateCount: values.count - rows.count)
    }

    private static func arrivals<Value>(
        at endpoint: String,
        after sequence: Int64,
        _ limit: Int,
        _ table: FeedbackTable<Value>,
        in database: any SQLConnection
    ) throws -> [Arrival<Value>] {
        try database.rows(
            "SELECT * FROM \(table.name) WHERE sequence > ? AND endpoint = ? ORDER BY sequence LIMIT ?",
            [sequence, endpoint, limit]
        )
        .map { Arrival(sequence: $0["sequence"], value: table.read($0)) }
    }
}

/// How interactions or outcomes lie in their table.
private struct FeedbackTable<Value: Sendable & Hashable>: Sendable {
    let name: String
    let noun: String
    let insertion: String
    let id: @Sendable (Value) -> String
    let agree: @Sendable (Value, Value) -> Bool
    /// All columns after `sequence`.
    let columns: @Sendable (Value) -> [(any SQLBindable)?]
    let read: @Sendable (SQLRow) -> Value
}

extension FeedbackTable<Interaction> {
    static var interactions: FeedbackTable {
        FeedbackTable(
            name: "feedback_interactions",
            noun: "interaction",
            insertion: """
                INSERT INTO feedback_interactions (sequence, id, endpoint, at, kind, unit, request_id, amount)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            id: { $0.id },
            agree: { $0.agrees(with: $1) },
            columns: { [$0.id, $0.endpoint, $0.at, $0.kind, $0.unit, $0.requestID, $0.amount] },
            read: { row in
                Interaction(
                    id: row["id"],
                    at: row.time("at"),
                    kind: row["kind"],
                    unit: row["unit"],
                    requestID: row["request_id"],
                    amount: row["amount"],
                    endpoint: row["endpoint"]
                )
            }
        )
    }
}

extension FeedbackTable<Outcome> {
    static var outcomes: FeedbackTable {
        FeedbackTable(
            name: "feedback_outcomes",
            noun: "outcome",
            insertion: """
                INSERT INTO feedback_outcomes (sequence, id, endpoint, at, request_id, entity, value)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            id: { $0.id },
            agree: { $0.agrees(with: $1) },
            columns: { [$0.id, $0.endpoint, $0.at, $0.requestID, $0.entity, $0.value] },
            read: { row in
                Outcome(
                    id: row["id"],
                    at: row.time("at"),
                    endpoint: row["endpoint"],
                    requestID: row["request_id"],
                    entity: row["entity"],
                    value: row["value"]
                )
            }
        )
    }
}
