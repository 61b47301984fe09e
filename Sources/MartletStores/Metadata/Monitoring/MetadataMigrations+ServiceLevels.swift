extension MetadataMigrations {
    /// What promises are measured by.
    static let serviceLevels = [
        MetadataMigration(
            "service levels 1: requests by the minute, tries to bring data up to date, readings",
            sql: """
                CREATE TABLE service_minutes (
                    endpoint TEXT NOT NULL,
                    minute INTEGER NOT NULL,
                    requests INTEGER NOT NULL,
                    faults INTEGER NOT NULL,
                    late INTEGER NOT NULL,
                    slow INTEGER NOT NULL,
                    PRIMARY KEY (endpoint, minute)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX service_minutes_by_minute ON service_minutes (minute);
                CREATE TABLE data_attempts (
                    subject TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    outcome TEXT NOT NULL,
                    state TEXT NOT NULL,
                    PRIMARY KEY (subject, at)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX data_attempts_by_time ON data_attempts (at);
                CREATE TABLE data_standings (
                    subject TEXT PRIMARY KEY,
                    last TEXT NOT NULL,
                    last_at INTEGER NOT NULL,
                    fresh_at INTEGER,
                    succeeded_at INTEGER
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE level_readings (
                    kind TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    value REAL NOT NULL,
                    at INTEGER NOT NULL,
                    PRIMARY KEY (kind, subject)
                ) STRICT, WITHOUT ROWID;
                """
        )
    ]
}
