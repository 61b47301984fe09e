/// One named step of the schema.
///
/// A step that was released never changes and is never removed; a correction is a new step.
package struct MetadataMigration: Sendable {
    /// Unique over all lists, such as `tracking 1: runs`.
    package let name: String
    /// Statements for SQLite, each ended by `;`.
    ///
    /// They keep to `INTEGER`, `REAL`, `TEXT`, `BLOB`, `STRICT`, `WITHOUT ROWID` and `INTEGER PRIMARY KEY AUTOINCREMENT`,
    /// which are printed for PostgreSQL as what they mean there.
    package let sql: String
    /// Statements for PostgreSQL where those for SQLite cannot be printed for it.
    package let postgres: String?

    /// Names a step written in SQL.
    package init(_ name: String, sql: String, postgres: String? = nil) {
        self.name = name
        self.sql = sql
        self.postgres = postgres
    }
}

/// All steps of the metadata database, in the order they are made.
///
/// Each part of the program keeps its steps in a file of its own, as an extension with one list, and adds the list here,
/// at the end.
package enum MetadataMigrations {
    package static let all: [MetadataMigration] =
        Self.ledger + Self.tracking + Self.registry + Self.features + Self.loggedModels + Self.modelSources
        + Self.garbage + Self.access + Self.webhooks + Self.variants + Self.feedback
        + Self.releases + Self.retraining + Self.jobs + Self.alerts + Self.fuse + Self.serviceLevels
        + Self.runChanges + Self.alertDelivery + Self.levelHistory + Self.retrainingLeases
}
