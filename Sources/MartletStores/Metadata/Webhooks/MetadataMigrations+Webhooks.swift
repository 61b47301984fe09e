extension MetadataMigrations {
    /// Webhooks, and the events on their way to them.
    static let webhooks = [
        MetadataMigration(
            "webhooks 1: webhooks and deliveries",
            sql: """
                CREATE TABLE webhooks (
                    id TEXT PRIMARY KEY,
                    name TEXT NOT NULL,
                    description TEXT NOT NULL,
                    url TEXT NOT NULL,
                    format TEXT NOT NULL,
                    events TEXT NOT NULL,
                    status TEXT NOT NULL,
                    sealed_secret BLOB,
                    created_at INTEGER NOT NULL,
                    created_by TEXT NOT NULL,
                    updated_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE webhook_deliveries (
                    id TEXT PRIMARY KEY,
                    webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
                    event TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    data TEXT NOT NULL,
                    state TEXT NOT NULL,
                    attempts INTEGER NOT NULL,
                    due_at INTEGER NOT NULL,
                    last_status INTEGER,
                    last_body TEXT,
                    last_failure TEXT,
                    finished_at INTEGER
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries (state, due_at);
                CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, at);
                """
        )
    ]
}
