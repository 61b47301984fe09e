package import GRDB

/// One named step of the schema.
///
/// A step that was released never changes and is never removed; a correction is a new step.
package struct MetadataMigration: Sendable {
    /// Unique over all lists, such as `tracking 1: runs`.
    package let name: String
    /// Makes the step, inside a transaction that other steps share.
    package let apply: @Sendable (Database) throws -> Void

    /// Names a step.
    package init(_ name: String, apply: @escaping @Sendable (Database) throws -> Void) {
        self.name = name
        self.apply = apply
    }

    /// Names a step written in SQL; statements end with `;`.
    package init(_ name: String, sql: String) {
        self.init(name) { try $0.execute(sql: sql) }
    }
}

/// All steps of the metadata database, in the order they are made.
///
/// Each part of the program keeps its steps in a file of its own, as an extension with one list, and adds the list here.
package enum MetadataMigrations {
    package static let all: [MetadataMigration] = Self.ledger + Self.tracking + Self.registry + Self.features
}
