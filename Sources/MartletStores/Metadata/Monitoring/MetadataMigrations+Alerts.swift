extension MetadataMigrations {
    /// Alerts, those that are over too, and the times in which nobody is told of some.
    static let alerts = [
        MetadataMigration(
            "alerts 1: alerts and silences",
            sql: """
                CREATE TABLE alerts (
                    alert TEXT NOT NULL,
                    first_found_at INTEGER NOT NULL,
                    is_open INTEGER NOT NULL,
                    changed_at INTEGER NOT NULL,
                    state TEXT NOT NULL,
                    PRIMARY KEY (alert, first_found_at)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX alerts_by_change ON alerts (is_open, changed_at);
                CREATE TABLE alert_silences (
                    id TEXT PRIMARY KEY,
                    until INTEGER NOT NULL,
                    state TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                """
        )
    ]
}
