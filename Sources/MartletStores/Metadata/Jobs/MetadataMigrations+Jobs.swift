extension MetadataMigrations {
    /// Jobs, the processes that hold them, what asked for them, and what their steps wrote.
    static let jobs = [
        MetadataMigration(
            "jobs 1: jobs, ticks, clocks and logs",
            sql: """
                CREATE TABLE jobs (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE,
                    pipeline TEXT NOT NULL,
                    phase TEXT NOT NULL,
                    is_final INTEGER NOT NULL,
                    not_before INTEGER,
                    state TEXT NOT NULL,
                    token INTEGER NOT NULL,
                    holder TEXT,
                    held_until INTEGER,
                    cancelled_by TEXT,
                    cancelled_at INTEGER,
                    cancel_reason TEXT
                ) STRICT;
                CREATE INDEX jobs_by_pipeline ON jobs (pipeline, sequence);
                CREATE INDEX jobs_open ON jobs (is_final, pipeline, sequence);
                CREATE INDEX jobs_by_phase ON jobs (phase, sequence);
                CREATE TABLE job_ticks (
                    pipeline TEXT NOT NULL,
                    trigger_name TEXT NOT NULL,
                    tick TEXT NOT NULL,
                    job TEXT,
                    seen_at INTEGER NOT NULL,
                    PRIMARY KEY (pipeline, trigger_name, tick)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE job_clocks (
                    pipeline TEXT NOT NULL,
                    trigger_name TEXT NOT NULL,
                    newest INTEGER NOT NULL,
                    PRIMARY KEY (pipeline, trigger_name)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE job_logs (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    job TEXT NOT NULL,
                    step TEXT NOT NULL,
                    start INTEGER NOT NULL,
                    at INTEGER NOT NULL,
                    line TEXT NOT NULL
                ) STRICT;
                CREATE INDEX job_logs_by_job ON job_logs (job, sequence);
                """
        )
    ]
}
