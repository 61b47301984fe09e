extension MetadataMigrations {
    /// What tracking clients say of a version beside its source.
    static let modelSources = [
        MetadataMigration(
            "registry 2: logged models and places of versions",
            sql: """
                ALTER TABLE model_versions ADD COLUMN location TEXT;
                ALTER TABLE model_versions ADD COLUMN model_id TEXT;
                ALTER TABLE model_versions ADD COLUMN run_link TEXT;
                CREATE INDEX model_versions_by_model_id ON model_versions (model_id);
                CREATE INDEX model_versions_by_update ON model_versions (updated_at);
                """
        )
    ]
}
