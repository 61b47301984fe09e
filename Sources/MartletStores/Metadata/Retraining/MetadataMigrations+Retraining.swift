extension MetadataMigrations {
    /// Trainings that plans began, what each plan has under way, and the decisions.
    static let retraining = [
        MetadataMigration(
            "retraining 1: attempts, holds and decisions",
            sql: """
                CREATE TABLE retraining_attempts (
                    id TEXT PRIMARY KEY,
                    plan TEXT NOT NULL,
                    data_hash TEXT NOT NULL,
                    recipe_hash TEXT NOT NULL,
                    status TEXT NOT NULL,
                    started_at INTEGER NOT NULL,
                    state TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX retraining_attempts_by_plan ON retraining_attempts (plan, started_at);
                CREATE TABLE retraining_holds (
                    plan TEXT PRIMARY KEY,
                    attempt TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE retraining_decisions (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL,
                    plan TEXT NOT NULL,
                    rule TEXT NOT NULL,
                    inputs TEXT NOT NULL,
                    inputs_hash TEXT NOT NULL,
                    verdict TEXT NOT NULL,
                    reasons TEXT NOT NULL,
                    at INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX retraining_decisions_by_plan ON retraining_decisions (plan, sequence);
                """
        )
    ]

    /// Until when the process of each training under way is trusted.
    static let retrainingLeases = [
        MetadataMigration(
            "retraining 2: leases",
            sql: "ALTER TABLE retraining_holds ADD COLUMN held_until INTEGER;"
        )
    ]
}
