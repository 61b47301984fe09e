extension MetadataMigrations {
    /// Accounts, their keys and roles; and the approval of each version as its tags.
    static let access = [
        MetadataMigration(
            "access 1: accounts, keys and roles",
            sql: """
                CREATE TABLE accounts (
                    name TEXT PRIMARY KEY,
                    kind TEXT NOT NULL,
                    owner TEXT,
                    created_at INTEGER NOT NULL,
                    created_by TEXT NOT NULL,
                    disabled_at INTEGER
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE api_keys (
                    id TEXT PRIMARY KEY,
                    account TEXT NOT NULL REFERENCES accounts (name),
                    label TEXT NOT NULL,
                    salt BLOB NOT NULL,
                    digest BLOB NOT NULL,
                    allows_signing INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    created_by TEXT NOT NULL,
                    expires_at INTEGER,
                    revoked_at INTEGER,
                    used_at INTEGER
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX api_keys_by_account ON api_keys (account, created_at);
                CREATE TABLE role_grants (
                    account TEXT NOT NULL REFERENCES accounts (name),
                    scope TEXT NOT NULL,
                    role TEXT NOT NULL,
                    granted_at INTEGER NOT NULL,
                    granted_by TEXT NOT NULL,
                    PRIMARY KEY (account, scope)
                ) STRICT, WITHOUT ROWID;
                """
        ),
        MetadataMigration(
            "access 2: approvals as tags",
            sql: """
                DELETE FROM model_version_tags WHERE key IN (
                    'martlet.approval_status', 'martlet.approval_decided_by', 'martlet.approval_decided_at',
                    'martlet.approval_reason'
                );
                INSERT INTO model_version_tags (model, number, key, value)
                SELECT model, number, 'martlet.approval_status', approval FROM model_versions;
                INSERT INTO model_version_tags (model, number, key, value)
                SELECT model, number, 'martlet.approval_decided_by', decided_by FROM model_versions
                WHERE decided_by IS NOT NULL;
                INSERT INTO model_version_tags (model, number, key, value)
                SELECT model, number, 'martlet.approval_reason', decided_because FROM model_versions
                WHERE decided_because IS NOT NULL;
                """
        ),
    ]
}
