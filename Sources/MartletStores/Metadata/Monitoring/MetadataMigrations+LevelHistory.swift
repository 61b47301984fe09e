extension MetadataMigrations {
    /// What rules about hosts and variants are replayed on.
    static let levelHistory = [
        MetadataMigration(
            "service levels 2: the hosts by the minute, and the times in which variants were out",
            sql: """
                CREATE TABLE host_minutes (
                    minute INTEGER NOT NULL,
                    disk REAL,
                    memory REAL,
                    processor REAL,
                    files REAL,
                    PRIMARY KEY (minute)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE variant_outages (
                    endpoint TEXT NOT NULL,
                    variant TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    seen_at INTEGER NOT NULL,
                    reason TEXT NOT NULL,
                    PRIMARY KEY (endpoint, variant, at)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX variant_outages_by_time ON variant_outages (seen_at);
                """
        )
    ]
}
