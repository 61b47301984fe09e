extension MetadataMigrations {
    /// The limits by which a variant is taken out at once.
    static let fuse = [
        MetadataMigration(
            "deployments 2: limits of the fuse",
            sql: """
                ALTER TABLE deployments ADD COLUMN fuse_tolerated INTEGER;
                ALTER TABLE deployments ADD COLUMN fuse_slow_us INTEGER;
                """
        )
    ]
}
