extension MetadataMigrations {
    /// Releases and experiments, the endpoints they hold, and the decisions about them.
    static let releases = [
        MetadataMigration(
            "releases 1: runs, holds and decisions",
            sql: """
                CREATE TABLE release_runs (
                    id TEXT PRIMARY KEY,
                    kind TEXT NOT NULL,
                    endpoint TEXT NOT NULL,
                    phase TEXT NOT NULL,
                    is_final INTEGER NOT NULL,
                    version INTEGER NOT NULL,
                    started_at INTEGER NOT NULL,
                    state TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX release_runs_by_start ON release_runs (started_at);
                CREATE INDEX release_runs_by_endpoint ON release_runs (endpoint, started_at);
                CREATE TABLE release_holds (
                    endpoint TEXT PRIMARY KEY,
                    run TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE release_decisions (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    rule TEXT NOT NULL,
                    rule_version INTEGER NOT NULL,
                    inputs TEXT NOT NULL,
                    inputs_hash TEXT NOT NULL,
                    verdict TEXT NOT NULL,
                    reasons TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    is_in_ledger INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX release_decisions_by_subject ON release_decisions (subject, sequence);
                """
        )
    ]
}
