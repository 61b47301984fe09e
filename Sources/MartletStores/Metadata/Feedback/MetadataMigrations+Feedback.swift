extension MetadataMigrations {
    /// What came of predictions, in the order of arrival.
    static let feedback = [
        MetadataMigration(
            "feedback 1: interactions and outcomes",
            sql: """
                CREATE TABLE feedback_interactions (
                    id TEXT PRIMARY KEY,
                    sequence INTEGER NOT NULL,
                    endpoint TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    kind TEXT NOT NULL,
                    unit TEXT,
                    request_id TEXT,
                    amount REAL
                ) STRICT, WITHOUT ROWID;
                CREATE UNIQUE INDEX feedback_interactions_by_sequence ON feedback_interactions (sequence);
                CREATE TABLE feedback_outcomes (
                    id TEXT PRIMARY KEY,
                    sequence INTEGER NOT NULL,
                    endpoint TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    request_id TEXT,
                    entity TEXT,
                    value REAL NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE UNIQUE INDEX feedback_outcomes_by_sequence ON feedback_outcomes (sequence);
                """
        )
    ]
}
