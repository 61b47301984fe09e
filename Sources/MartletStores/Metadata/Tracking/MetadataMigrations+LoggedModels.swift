extension MetadataMigrations {
    /// Logged models, what runs read and wrote, and the indexes that searches walk.
    ///
    /// Indexes of texts hold their first 64 characters, for PostgreSQL bounds what an index may hold.
    static let loggedModels = [
        MetadataMigration(
            "logged models 1: models, inputs and outputs",
            sql: """
                ALTER TABLE experiments ADD COLUMN deleted_at INTEGER;
                ALTER TABLE runs ADD COLUMN artifact_location TEXT;
                ALTER TABLE run_datasets ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
                UPDATE experiments SET deleted_at = updated_at WHERE lifecycle = 'deleted';
                CREATE TABLE logged_models (
                    id TEXT PRIMARY KEY,
                    experiment INTEGER NOT NULL REFERENCES experiments (id),
                    name TEXT NOT NULL,
                    type TEXT NOT NULL,
                    source_run TEXT,
                    status TEXT NOT NULL,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL,
                    lifecycle TEXT NOT NULL,
                    deleted_at INTEGER,
                    artifact_location TEXT
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX logged_models_by_creation ON logged_models (experiment, lifecycle, created_at DESC, id);
                CREATE INDEX logged_models_by_run ON logged_models (source_run);
                CREATE TABLE logged_model_params (
                    model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (model, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE logged_model_tags (
                    model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (model, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE logged_model_metrics (
                    model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
                    key TEXT NOT NULL,
                    step INTEGER NOT NULL,
                    timestamp INTEGER NOT NULL,
                    value REAL NOT NULL,
                    is_nan INTEGER NOT NULL,
                    run TEXT NOT NULL,
                    dataset_name TEXT NOT NULL,
                    dataset_digest TEXT NOT NULL,
                    PRIMARY KEY (model, key, step, timestamp, value, is_nan, run, dataset_name, dataset_digest)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE run_input_models (
                    run INTEGER NOT NULL REFERENCES runs ("row") ON DELETE CASCADE,
                    model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
                    PRIMARY KEY (run, model)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX run_input_models_by_model ON run_input_models (model);
                CREATE TABLE run_output_models (
                    run INTEGER NOT NULL REFERENCES runs ("row") ON DELETE CASCADE,
                    model TEXT NOT NULL REFERENCES logged_models (id) ON DELETE CASCADE,
                    step INTEGER NOT NULL,
                    PRIMARY KEY (run, model)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX run_output_models_by_model ON run_output_models (model);
                CREATE INDEX latest_metrics_by_value ON latest_metrics (key, is_nan, value, run);
                CREATE INDEX params_by_value ON params (key, substr(value, 1, 64), run);
                CREATE INDEX run_tags_by_value ON run_tags (key, substr(value, 1, 64), run);
                """
        ),
        MetadataMigration(
            "logged models 2: the default experiment",
            sql: """
                INSERT INTO experiments (id, name, lifecycle, created_at, updated_at)
                SELECT 0, 'Default', 'active', CAST(strftime('%s', 'now') AS INTEGER) * 1000000,
                    CAST(strftime('%s', 'now') AS INTEGER) * 1000000
                WHERE NOT EXISTS (SELECT 1 FROM experiments WHERE name = 'Default');
                """,
            postgres: """
                INSERT INTO experiments (id, name, lifecycle, created_at, updated_at)
                SELECT 0, 'Default', 'active', floor(extract(epoch FROM now()))::bigint * 1000000,
                    floor(extract(epoch FROM now()))::bigint * 1000000
                WHERE NOT EXISTS (SELECT 1 FROM experiments WHERE name = 'Default');
                """
        ),
    ]
}
