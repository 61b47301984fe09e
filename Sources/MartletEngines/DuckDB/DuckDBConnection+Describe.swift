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
    /// - Throws: `engine.failed` when the statement does not parse.
    package func tableNames(in sql: String) throws(EngineError) -> [String] {
        var list = self.library.tableNames(self.handle, sql, false)
        guard list != nil else {
            // The function gives no reason; preparing the same text does.
            self.destroy(try self.prepared(sql, []))
            throw EngineError(.engineFailed, "DuckDB could not find the tables of a statement; it must be one query")
        }
        defer { self.library.destroyValue(&list) }
        var names: Set<String> = []
        for index in 0..<self.library.listSize(list) {
            var child = self.library.listChild(list, index)
            defer { self.library.destroyValue(&child) }
            let text = self.library.valueText(child)
            if let text { names.insert(String(cString: text)) }
            self.library.free(text)
        }
        return names.sorted()
    }
}
