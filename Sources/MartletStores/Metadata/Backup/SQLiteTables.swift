import GRDB
import MartletCore

/// The tables of a metadata file that hold its data, as SQLite describes them.
///
/// The journal of changed runs is no data: it serves the programs that have the file open.
struct SQLiteTables: Sendable {
    /// One table.
    struct Table: Sendable {
        let name: String
        let columns: [String]
        /// The tables it points at.
        let targets: Set<String>
        /// The column that the database numbers, if there is one.
        let numbered: String?
        /// Whether a number is never given twice, even after its row is gone.
        let keepsNumbers: Bool
    }

    private let tables: [Table]

    init(_ database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                AND name NOT IN ('schema_migrations', 'grdb_issue_102', 'run_changes') ORDER BY name
                """
        )
        self.tables = try rows.map { row in
            let name: String = row["name"]
            let sql: String = row["sql"]
            let info = try Row.fetchAll(
                database,
                sql: "SELECT name, type, pk FROM pragma_table_info(?)",
                arguments: [name]
            )
            let keys = info.filter { ($0["pk"] as Int) > 0 }
            let numbered = keys.count == 1 && keys[0]["type"] as String == "INTEGER" ? keys[0]["name"] as String : nil
            let targets = try String.fetchAll(
                database,
                sql: "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?)",
                arguments: [name]
            )
            return Table(
                name: name,
                columns: info.map { $0["name"] },
                targets: Set(targets).subtracting([name]),
                numbered: sql.contains("WITHOUT ROWID") ? nil : numbered,
                keepsNumbers: sql.contains("AUTOINCREMENT")
            )
        }
    }

    /// The names, in alphabetical order.
    var names: [String] { self.tables.map(\.name) }

    /// The tables, each after those it points at.
    ///
    /// - Throws: `store.cannotPrint` when tables point at each other in a circle.
    func inOrder() throws(StoreError) -> [Table] {
        var ordered: [Table] = []
        var done: Set<String> = []
        var rest = self.tables
        while !rest.isEmpty {
            let ready = rest.filter { $0.targets.subtracting(done).isEmpty }
            guard !ready.isEmpty else {
                throw StoreError(
                    .cannotPrint,
                    "the tables \(rest.map(\.name).joined(separator: ", ")) point at each other in a circle, so none can "
                        + "be copied first"
                )
            }
            ordered += ready
            done.formUnion(ready.map(\.name))
            rest.removeAll { done.contains($0.name) }
        }
        return ordered
    }
}

extension SQLValue {
    /// The value of a column that GRDB read.
    init(_ value: DatabaseValue) {
        self =
            switch value.storage {
            case .null: .null
            case .int64(let number): .integer(number)
            case .double(let number): .real(number)
            case .string(let text): .text(text)
            case .blob(let data): .blob(data)
            }
    }

    /// The value as GRDB writes it.
    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let data): data.databaseValue
        }
    }
}
