import MartletTracking

/// The journal of what changed in runs, by which the columns in memory keep up with the file.
///
/// Whoever changes a row of `runs`, or one that belongs to a run, notes the run in the same transaction. So what a snapshot
/// says of the runs is told by its position in the journal, whichever process wrote. PostgreSQL, whose searches do without
/// columns, keeps no journal.
enum RunChanges {
    /// What a snapshot knows of the journal.
    struct Span: Sendable, Equatable {
        /// The position of the oldest entry that is kept.
        var first: Int64
        /// The position of the newest; 0 before the first.
        var last: Int64
    }

    /// How many entries are kept, at least.
    static let keptCount: Int64 = 32_768
    /// After how many entries the old ones are removed.
    private static let removalInterval: Int64 = 1_024

    /// Notes that the run with the row number `run` changed.
    static func note(run: Int64, in database: any SQLConnection) throws {
        guard database.dialect == .sqlite else { return }
        let position = try database.insert("INSERT INTO run_changes (run) VALUES (?)", [run], numbering: "seq")
        guard let position, position % Self.removalInterval == 0 else { return }
        try database.run("DELETE FROM run_changes WHERE seq <= ?", [position - Self.keptCount])
    }

    /// Notes that all runs of an experiment may have changed.
    static func note(experiment: Int64, in database: any SQLConnection) throws {
        try Self.note(run: -experiment, in: database)
    }

    /// Notes the runs that read or wrote the logged model `id`.
    static func note(runsOfModel id: String, in database: any SQLConnection) throws {
        let rows = try database.rows(
            """
            SELECT run FROM run_input_models WHERE model = ? UNION SELECT run FROM run_output_models WHERE model = ?
            """,
            [id, id]
        )
        for row in rows { try Self.note(run: row[0], in: database) }
    }

    /// Where the journal stands.
    static func span(in database: any SQLConnection) throws -> Span {
        var span = Span(first: 0, last: 0)
        try database.scan(
            "SELECT (SELECT min(seq) FROM run_changes), (SELECT max(seq) FROM run_changes)",
            []
        ) {
            span = Span(first: $0.integer(0), last: $0.integer(1))
        }
        return span
    }

    /// What was noted after `position`, each once: row numbers of runs, and experiments with a minus sign.
    static func numbers(after position: Int64, in database: any SQLConnection) throws -> [Int64] {
        var numbers: Set<Int64> = []
        try database.scan("SELECT run FROM run_changes WHERE seq > ?", [position]) { numbers.insert($0.integer(0)) }
        return numbers.sorted()
    }
}

extension MetadataMigrations {
    /// The journal of changed runs.
    ///
    /// An entry holds the row number of a run; a number below 1 is an experiment, with a minus sign, of which all runs
    /// may have changed.
    static let runChanges = [
        MetadataMigration(
            "run changes 1: journal",
            sql: """
                CREATE TABLE run_changes (
                    seq INTEGER PRIMARY KEY,
                    run INTEGER NOT NULL
                ) STRICT;
                """
        )
    ]
}
