extension MetadataMigrations {
    /// The ledger; `ledger_head` proves that no entry was cut off, the triggers keep hands and bugs away.
    static let ledger = [
        MetadataMigration(
            "ledger 1: entries and head",
            sql: """
                CREATE TABLE ledger (
                    sequence INTEGER PRIMARY KEY,
                    at INTEGER NOT NULL,
                    actor TEXT NOT NULL,
                    action TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    payload TEXT NOT NULL,
                    previous_hash TEXT NOT NULL,
                    hash TEXT NOT NULL
                ) STRICT;
                CREATE INDEX ledger_by_subject ON ledger (subject, sequence);
                CREATE TABLE ledger_head (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    sequence INTEGER NOT NULL,
                    hash TEXT NOT NULL
                ) STRICT;
                CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                """
        )
    ]
}
