import MartletTracking

/// Reads columns of runs, and what changed in them, inside a transaction.
enum RunColumnRows {
    /// How many changed runs are brought up to date one by one; more are read anew, when they are asked for again.
    private static let changeLimit = 2_000
    /// The part of all runs from which a column is read along its key's index rather than run by run.
    private static let indexPart: Int64 = 4

    /// The runs of an experiment, without columns, as the snapshot has them.
    static func columns(
        of experiment: Int64,
        at position: Int64,
        in database: any SQLConnection
    ) throws -> RunColumns {
        var columns = RunColumns(experiment: experiment, position: position)
        try database.scan(
            #"SELECT "row", id, started_at, lifecycle FROM runs WHERE experiment = ?"#,
            [experiment]
        ) { row in
            _ = columns.put(row.integer(0), id: Self.id(row.text(1)), startedAt: row.integer(2), Self.presence(row, 3))
        }
        return columns
    }

    /// Brings `columns` to the snapshot, which is later than they are.
    ///
    /// - Returns: whether they could be; `false` when too much changed or the journal does not reach back so far.
    static func update(
        _ columns: inout RunColumns,
        to span: RunChanges.Span,
        in database: any SQLConnection
    ) throws -> Bool {
        guard span.first <= columns.position + 1, span.last - columns.position <= RunChanges.keptCount else {
            return false
        }
        let changed = try RunChanges.numbers(after: columns.position, in: database)
        guard changed.count <= Self.changeLimit, !changed.contains(-columns.experiment), !columns.isSparse else {
            return false
        }
        let runs = changed.filter { $0 > 0 }
        for row in runs { columns.clear(row) }
        let slots = try Self.readRuns(runs, into: &columns, database)
        columns.growColumns()
        try Self.readAttributes(slots, into: &columns, database)
        try Self.readNumbers(slots, into: &columns, database)
        try Self.readTexts(slots, "params", { .parameter($0) }, into: &columns, database)
        try Self.readTexts(slots, "run_tags", { .tag($0) }, into: &columns, database)
        columns.position = span.last
        return true
    }

    /// Reads the column of `field`, which has one.
    static func read(_ field: RunField, into columns: inout RunColumns, _ database: any SQLConnection) throws {
        switch field {
        case .metric(let key):
            var column = NumberColumn()
            column.grow(to: columns.count)
            try Self.scan("latest_metrics", "value, d.is_nan", key, columns, database) { slot, row in
                column.set(row.real(1), isNaN: row.integer(2) != 0, at: slot)
            }
            columns.add(column, key)
        case .parameter(let key), .tag(let key):
            var column = TextColumn()
            column.grow(to: columns.count)
            let table = field == .tag(key) ? "run_tags" : "params"
            try Self.scan(table, "value", key, columns, database) { slot, row in column.set(row.text(1), at: slot) }
            columns.add(column, field)
        case .name, .user, .status:
            var column = TextColumn()
            column.grow(to: columns.count)
            try Self.scan(Self.column(field), columns, database) { slot, row in column.set(row.text(1), at: slot) }
            columns.add(column, field)
        case .endedAt:
            var column = TimeColumn()
            column.grow(to: columns.count)
            try Self.scan("ended_at", columns, database) { slot, row in
                column.set(row.isNull(1) ? nil : row.integer(1), at: slot)
            }
            columns.add(column)
        case .startedAt, .id, .artifactURI, .dataset: break
        }
    }

    /// Reads `what` of all rows of `table` with `key` that belong to runs in `columns`.
    private static func scan(
        _ table: String,
        _ what: String,
        _ key: String,
        _ columns: RunColumns,
        _ database: any SQLConnection,
        _ body: (Int, any SQLCursor) -> Void
    ) throws {
        let total: Int64 = try database.row(#"SELECT max("row") FROM runs"#, [])?[0] ?? 0
        if Int64(columns.count) * Self.indexPart >= total {
            try database.scan("SELECT d.run, d.\(what) FROM \(table) d WHERE d.key = ?", [key]) { row in
                if let slot = columns.slot(of: row.integer(0)) { body(slot, row) }
            }
        } else {
            try database.scan(
                """
                SELECT d.run, d.\(what) FROM runs r CROSS JOIN \(table) d ON d.run = r."row" AND d.key = ?
                WHERE r.experiment = ?
                """,
                [key, columns.experiment]
            ) { row in
                if let slot = columns.slot(of: row.integer(0)) { body(slot, row) }
            }
        }
    }

    /// Reads one column of `runs`.
    private static func scan(
        _ column: String,
        _ columns: RunColumns,
        _ database: any SQLConnection,
        _ body: (Int, any SQLCursor) -> Void
    ) throws {
        try database.scan(#"SELECT "row", \#(column) FROM runs WHERE experiment = ?"#, [columns.experiment]) { row in
            if let slot = columns.slot(of: row.integer(0)) { body(slot, row) }
        }
    }

    /// Puts those of `rows` that are in the experiment, and returns them with their slots.
    private static func readRuns(
        _ rows: [Int64],
        into columns: inout RunColumns,
        _ database: any SQLConnection
    ) throws -> [Int64: Int] {
        var slots: [Int64: Int] = [:]
        for list in SQLList.pages(of: rows) {
            try database.scan(
                """
                SELECT "row", id, started_at, lifecycle, experiment FROM runs WHERE "row" IN (\(list.placeholders))
                """,
                list.arguments
            ) { row in
                guard row.integer(4) == columns.experiment else { return }
                let number = row.integer(0)
                let id = Self.id(row.text(1))
                slots[number] = columns.put(number, id: id, startedAt: row.integer(2), Self.presence(row, 3))
            }
        }
        return slots
    }

    private static func readAttributes(
        _ slots: [Int64: Int],
        into columns: inout RunColumns,
        _ database: any SQLConnection
    ) throws {
        for list in SQLList.pages(of: slots.keys.sorted()) {
            try database.scan(
                """
                SELECT "row", name, "user", status, ended_at FROM runs WHERE "row" IN (\(list.placeholders))
                """,
                list.arguments
            ) { row in
                guard let slot = slots[row.integer(0)] else { return }
                columns.set(row.text(1), .name, at: slot)
                columns.set(row.text(2), .user, at: slot)
                columns.set(row.text(3), .status, at: slot)
                columns.setEnd(row.isNull(4) ? nil : row.integer(4), at: slot)
            }
        }
    }

    private static func readNumbers(
        _ slots: [Int64: Int],
        into columns: inout RunColumns,
        _ database: any SQLConnection
    ) throws {
        for keys in SQLList.pages(of: columns.numbers.keys.sorted()) {
            for list in SQLList.pages(of: slots.keys.sorted()) {
                try database.scan(
                    """
                    SELECT run, key, value, is_nan FROM latest_metrics
                    WHERE run IN (\(list.placeholders)) AND key IN (\(keys.placeholders))
                    """,
                    list.arguments + keys.arguments
                ) { row in
                    guard let slot = slots[row.integer(0)] else { return }
                    columns.set(row.real(2), isNaN: row.integer(3) != 0, row.text(1), at: slot)
                }
            }
        }
    }

    private static func readTexts(
        _ slots: [Int64: Int],
        _ table: String,
        _ field: (String) -> RunField,
        into columns: inout RunColumns,
        _ database: any SQLConnection
    ) throws {
        let wanted = columns.texts.keys.compactMap { field -> String? in
            switch field {
            case .parameter(let key): table == "params" ? key : nil
            case .tag(let key): table == "run_tags" ? key : nil
            default: nil
            }
        }
        for keys in SQLList.pages(of: wanted.sorted()) {
            for list in SQLList.pages(of: slots.keys.sorted()) {
                try database.scan(
                    """
                    SELECT run, key, value FROM \(table)
                    WHERE run IN (\(list.placeholders)) AND key IN (\(keys.placeholders))
                    """,
                    list.arguments + keys.arguments
                ) { row in
                    guard let slot = slots[row.integer(0)] else { return }
                    columns.set(row.text(2), field(row.text(1)), at: slot)
                }
            }
        }
    }

    private static func presence(_ row: any SQLCursor, _ column: Int) -> RunColumns.Presence {
        row.text(column) == Lifecycle.active.rawValue ? .active : .deleted
    }

    /// The id as a number; ids are 32 hexadecimal digits.
    private static func id(_ text: String) -> UInt128 {
        var id: UInt128 = 0
        for digit in text.utf8 { id = id << 4 | UInt128(digit <= 57 ? digit &- 48 : digit &- 87) }
        return id
    }

    private static func column(_ field: RunField) -> String {
        switch field {
        case .user: #""user""#
        case .status: "status"
        default: "name"
        }
    }
}
