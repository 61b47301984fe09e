import Foundation
package import MartletCore

extension DuckDBConnection {
    /// Returns the columns of a query without running it.
    ///
    /// A column of wide integers is told as `int64`.
    ///
    /// - Throws: `engine.failed` when the statement does not parse or names what does not exist;
    ///   `engine.unsupportedType` naming the column to cast.
    package func describe(_ sql: String) throws(EngineError) -> Schema {
        let statement = try self.prepared(sql, [])
        defer { self.destroy(statement) }
        var columns: [(String, DuckDBColumnType)] = []
        for index in 0..<self.library.preparedColumnCount(statement) {
            let text = self.library.preparedColumnName(statement, index)
            let name = text.map { String(cString: $0) } ?? ""
            self.library.free(text)
            var type = self.library.preparedColumnType(statement, index)
            defer { self.library.destroyLogicalType(&type) }
            columns.append((name, try DuckDBColumnType(type, column: name, library: self.library)))
        }
        return try DuckDBColumnType.schema(columns.map { Field($0.0, $0.1.dataType) })
    }

    /// Returns the names of the tables and views that a query reads, sorted, without running it.
    ///
    /// The tables need not exist. Names that the query itself defines in `WITH` are left out; a file read by its name in
    /// quotes counts as a table.
    ///
    /// - Throws: `engine.failed` when the statement is not a query that parses.
    package func tableNames(in sql: String) throws(EngineError) -> [String] {
        let batch = try self.query("SELECT json_serialize_sql(?)::VARCHAR AS tree", [.string(sql)])
        guard case .string(let text)? = batch.columns.first?[0], let tree = try? JSONValue(parsing: Data(text.utf8))
        else {
            throw EngineError(.engineFailed, "DuckDB could not find the tables of a statement; it must be one query")
        }
        if tree["error"] == true {
            let reason: String = if case .string(let text)? = tree["error_message"] { text } else { "no reason given" }
            throw Self.error("parse a query", reason)
        }
        var names: Set<String> = []
        Self.collectTables(of: tree, defined: [], into: &names)
        return names.sorted()
    }

    /// Walks a parsed query; `defined` are the names that an enclosing `WITH` gives.
    private static func collectTables(of tree: JSONValue, defined: Set<String>, into names: inout Set<String>) {
        switch tree {
        case .array(let elements):
            for element in elements { self.collectTables(of: element, defined: defined, into: &names) }
        case .object(let members):
            var defined = defined
            // A recursive definition sees its own name; any definition sees the ones before it.
            if members["type"] == "RECURSIVE_CTE_NODE", case .string(let name)? = members["cte_name"] {
                defined.insert(name)
            }
            if case .array(let entries)? = members["cte_map"]?["map"] {
                for entry in entries {
                    guard case .string(let name)? = entry["key"], let value = entry["value"] else { continue }
                    self.collectTables(of: value, defined: defined, into: &names)
                    defined.insert(name)
                }
            }
            if members["type"] == "BASE_TABLE", case .string(let name)? = members["table_name"],
                !defined.contains(name) || members["schema_name"] != ""
            {
                names.insert(name)
            }
            for (key, member) in members where key != "cte_map" {
                self.collectTables(of: member, defined: defined, into: &names)
            }
        case .null, .boolean, .integer, .number, .string: break
        }
    }
}
