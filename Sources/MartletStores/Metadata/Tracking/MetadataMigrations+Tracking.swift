extension MetadataMigrations {
    /// Experiments and runs.
    ///
    /// A run has a small row number inside the file, so that metric points stay small. SQLite stores `NaN` as null, which
    /// a key may not hold; so `NaN` is the value 0 with `is_nan`.
    static let tracking = [
        MetadataMigration(
            "tracking 1: experiments and runs",
            sql: """
                CREATE TABLE experiments (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    name TEXT NOT NULL UNIQUE,
                    lifecycle TEXT NOT NULL,
                    artifact_location TEXT,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE experiment_tags (
                    experiment INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (experiment, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE runs (
                    row INTEGER PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    experiment INTEGER NOT NULL REFERENCES experiments (id),
                    name TEXT NOT NULL,
                    user TEXT NOT NULL,
                    status TEXT NOT NULL,
                    started_at INTEGER NOT NULL,
                    ended_at INTEGER,
                    lifecycle TEXT NOT NULL,
                    deleted_at INTEGER
                ) STRICT;
                CREATE INDEX runs_by_start ON runs (experiment, lifecycle, started_at DESC, id);
                CREATE INDEX runs_by_start_everywhere ON runs (lifecycle, started_at DESC, id);
                CREATE TABLE params (
                    run INTEGER NOT NULL REFERENCES runs (row) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (run, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE run_tags (
                    run INTEGER NOT NULL REFERENCES runs (row) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (run, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE metrics (
                    run INTEGER NOT NULL REFERENCES runs (row) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    step INTEGER NOT NULL,
                    timestamp INTEGER NOT NULL,
                    value REAL NOT NULL,
                    is_nan INTEGER NOT NULL,
                    PRIMARY KEY (run, key, step, timestamp, value, is_nan)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE latest_metrics (
                    run INTEGER NOT NULL REFERENCES runs (row) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    step INTEGER NOT NULL,
                    timestamp INTEGER NOT NULL,
                    value REAL NOT NULL,
                    is_nan INTEGER NOT NULL,
                    PRIMARY KEY (run, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE run_datasets (
                    run INTEGER NOT NULL REFERENCES runs (row) ON DELETE CASCADE,
                    name TEXT NOT NULL,
                    digest TEXT NOT NULL,
                    context TEXT NOT NULL,
                    source_type TEXT NOT NULL,
                    source TEXT NOT NULL,
                    schema TEXT,
                    profile TEXT,
                    PRIMARY KEY (run, name, digest, context)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX run_datasets_by_digest ON run_datasets (digest);
                """
        )
    ]
}
