extension MetadataMigrations {
    /// Registered models, their versions, and what endpoints serve.
    ///
    /// Each change of an endpoint is a row of `deployments`; its key is the revision a gateway polls. A row without a
    /// model takes the endpoint down.
    static let registry = [
        MetadataMigration(
            "registry 1: models, versions and deployments",
            sql: """
                CREATE TABLE models (
                    name TEXT PRIMARY KEY,
                    description TEXT NOT NULL,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL,
                    last_version INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE model_tags (
                    model TEXT NOT NULL REFERENCES models (name) ON DELETE CASCADE ON UPDATE CASCADE,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (model, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE model_versions (
                    model TEXT NOT NULL REFERENCES models (name) ON DELETE CASCADE ON UPDATE CASCADE,
                    number INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    created_by TEXT NOT NULL,
                    updated_at INTEGER NOT NULL,
                    description TEXT NOT NULL,
                    run_id TEXT,
                    source TEXT NOT NULL,
                    stage TEXT NOT NULL,
                    approval TEXT NOT NULL,
                    decided_by TEXT,
                    decided_at INTEGER,
                    decided_because TEXT,
                    PRIMARY KEY (model, number)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX model_versions_by_run ON model_versions (run_id);
                CREATE TABLE model_version_tags (
                    model TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (model, number, key),
                    FOREIGN KEY (model, number) REFERENCES model_versions ON DELETE CASCADE ON UPDATE CASCADE
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE model_aliases (
                    model TEXT NOT NULL,
                    alias TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    PRIMARY KEY (model, alias),
                    FOREIGN KEY (model, number) REFERENCES model_versions ON DELETE CASCADE ON UPDATE CASCADE
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE approval_decisions (
                    model TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    position INTEGER NOT NULL,
                    status TEXT NOT NULL,
                    decided_by TEXT NOT NULL,
                    decided_at INTEGER NOT NULL,
                    decided_because TEXT,
                    PRIMARY KEY (model, number, position),
                    FOREIGN KEY (model, number) REFERENCES model_versions ON DELETE CASCADE ON UPDATE CASCADE
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE deployments (
                    revision INTEGER PRIMARY KEY,
                    endpoint TEXT NOT NULL,
                    model TEXT,
                    number INTEGER,
                    actor TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    reason TEXT
                ) STRICT;
                CREATE INDEX deployments_by_endpoint ON deployments (endpoint, revision);
                CREATE TABLE endpoints (
                    name TEXT PRIMARY KEY,
                    revision INTEGER NOT NULL REFERENCES deployments (revision)
                ) STRICT, WITHOUT ROWID;
                """
        )
    ]
}
