extension MetadataMigrations {
    /// The variants of each deployment; those from before have one, for everybody.
    static let variants = [
        MetadataMigration(
            "registry 3: variants of deployments",
            sql: """
                ALTER TABLE deployments ADD COLUMN salt TEXT;
                ALTER TABLE deployments ADD COLUMN release_id TEXT;
                CREATE TABLE deployment_variants (
                    revision INTEGER NOT NULL REFERENCES deployments (revision),
                    position INTEGER NOT NULL,
                    name TEXT NOT NULL,
                    model TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    weight INTEGER NOT NULL,
                    is_shadow INTEGER NOT NULL,
                    PRIMARY KEY (revision, position)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE deployment_buckets (
                    revision INTEGER NOT NULL REFERENCES deployments (revision),
                    first_bucket INTEGER NOT NULL,
                    end_bucket INTEGER NOT NULL,
                    name TEXT NOT NULL,
                    PRIMARY KEY (revision, first_bucket)
                ) STRICT, WITHOUT ROWID;
                INSERT INTO deployment_variants (revision, position, name, model, number, weight, is_shadow)
                SELECT revision, 0, 'live', model, number, 10000, 0 FROM deployments WHERE model IS NOT NULL;
                INSERT INTO deployment_buckets (revision, first_bucket, end_bucket, name)
                SELECT revision, 0, 10000, 'live' FROM deployments WHERE model IS NOT NULL;
                UPDATE deployments SET salt = endpoint WHERE model IS NOT NULL;
                """
        )
    ]
}
