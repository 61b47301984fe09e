extension MetadataMigrations {
    /// Notices on their way to channels, actions that alerts gave rise to, and how far each has followed the ledger.
    static let alertDelivery = [
        MetadataMigration(
            "alert delivery 1: deliveries, actions and followers",
            sql: """
                CREATE TABLE ledger_followers (
                    name TEXT PRIMARY KEY,
                    sequence INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE alert_deliveries (
                    id TEXT PRIMARY KEY,
                    channel TEXT NOT NULL,
                    alert TEXT NOT NULL,
                    place INTEGER NOT NULL,
                    notice TEXT NOT NULL,
                    state TEXT NOT NULL,
                    attempts INTEGER NOT NULL,
                    due_at INTEGER NOT NULL,
                    last_status INTEGER,
                    last_body TEXT,
                    last_failure TEXT,
                    finished_at INTEGER
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX alert_deliveries_by_due ON alert_deliveries (state, due_at);
                CREATE INDEX alert_deliveries_by_alert ON alert_deliveries (channel, alert, place);
                CREATE INDEX alert_deliveries_by_place ON alert_deliveries (place, id);
                CREATE TABLE alert_actions (
                    id TEXT PRIMARY KEY,
                    alert TEXT NOT NULL,
                    action TEXT NOT NULL,
                    state TEXT NOT NULL,
                    asked_at INTEGER NOT NULL,
                    due_at INTEGER NOT NULL,
                    body TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX alert_actions_by_due ON alert_actions (state, due_at);
                CREATE INDEX alert_actions_by_alert ON alert_actions (alert, action, asked_at);
                """
        )
    ]
}
