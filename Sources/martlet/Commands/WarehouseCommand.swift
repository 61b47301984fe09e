import ArgumentParser
import MartletCore
import MartletEngines
import MartletStores

/// `martlet warehouse`: looks into the warehouse.
struct WarehouseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warehouse",
        abstract: "Query the warehouse, read-only.",
        subcommands: [WarehouseQueryCommand.self]
    )
}

/// `martlet warehouse query SQL`.
struct WarehouseQueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run a query and print its rows.",
        discussion: """
            Each source is a table; beside them are martlet_loads, quarantine and predictions.

            Examples:
              martlet warehouse query "SELECT district, count(*) AS sales FROM sales GROUP BY 1 ORDER BY 2 DESC LIMIT 5"
              martlet warehouse query "SELECT endpoint, status, count(*) FROM predictions GROUP BY ALL" --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The query, in DuckDB's SQL.")
    var sql: String
    @Option(help: "The most rows to print.")
    var limit = 1_000

    func run() async throws {
        let application = try self.options.application()
        let sql = self.sql
        let batch = try await application.warehouse().withConnection(readOnly: true) { try $0.query(sql) }
        let table = BatchTable.table(batch, limit: self.limit)
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "no rows")
        if batch.rowCount > self.limit {
            application.terminal.note(
                "\(Quantity.count(batch.rowCount - self.limit)) more rows; raise --limit to see them"
            )
        }
    }
}

/// Rows of the warehouse as a table.
enum BatchTable {
    /// The first `limit` rows of `batch`, numbers to the right.
    static func table(_ batch: ColumnBatch, limit: Int) -> Table {
        var table = Table(
            batch.schema.fields.map { field in
                .init(field.name, field.name, field.type.isNumeric && field.type != .boolean ? .right : .left)
            }
        )
        for row in 0..<min(limit, batch.rowCount) { table.add(batch.row(row).map(Self.cell)) }
        return table
    }

    private static func cell(_ value: Value) -> Table.Cell {
        switch value {
        case .time(let moment): .time(moment)
        // Codes and years are whole numbers too: no separators in raw rows.
        case .int64(let number): .init(String(number), json: .integer(number))
        default: .value(value)
        }
    }
}
