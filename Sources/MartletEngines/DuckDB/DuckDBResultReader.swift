import CDuckDB
import MartletCore

/// Turns the chunks of a result into column batches.
///
/// The result outlives the reader and is freed by its owner; each chunk is freed here.
final class DuckDBResultReader {
    private let result: DuckDBLibrary.Result
    private let library: DuckDBLibrary
    private let names: [String]
    private var columns: [DuckDBColumnReader]

    init(_ result: DuckDBLibrary.Result, library: DuckDBLibrary) throws(EngineError) {
        self.result = result
        self.library = library
        var names: [String] = []
        var columns: [DuckDBColumnReader] = []
        for index in 0..<library.columnCount(result) {
            let name = library.columnName(result, index).map { String(cString: $0) } ?? ""
            var type = library.columnLogicalType(result, index)
            defer { library.destroyLogicalType(&type) }
            names.append(name)
            columns.append(DuckDBColumnReader(try DuckDBColumnType(type, column: name, library: library)))
        }
        _ = try DuckDBColumnType.schema(names.map { Field($0, .string) })
        self.names = names
        self.columns = columns
    }

    /// All rows that are left.
    func readAll() throws(EngineError) -> ColumnBatch {
        while try self.readChunk() > 0 {}
        return self.finish()
    }

    /// The rows of the next `chunkCount` chunks, or `nil` at the end.
    func readBatch(chunkCount: Int) throws(EngineError) -> ColumnBatch? {
        var rows = 0
        for _ in 0..<chunkCount {
            let read = try self.readChunk()
            if read == 0 { break }
            rows += read
        }
        return rows == 0 ? nil : self.finish()
    }

    /// Reads one chunk and returns its row count, 0 at the end.
    private func readChunk() throws(EngineError) -> Int {
        var chunk = self.library.fetchChunk(self.result.pointee)
        guard chunk != nil else {
            if let text = self.library.resultError(self.result), text.pointee != 0 {
                throw DuckDBConnection.error("read the rows of a statement", String(cString: text))
            }
            return 0
        }
        defer { self.library.destroyChunk(&chunk) }
        let count = Int(self.library.chunkSize(chunk))
        for index in self.columns.indices {
            let vector = self.library.chunkVector(chunk, UInt64(index))
            self.columns[index]
                .append(
                    data: self.library.vectorData(vector),
                    validity: self.library.vectorValidity(vector),
                    count: count
                )
        }
        return count
    }

    private func finish() -> ColumnBatch {
        var fields: [Field] = []
        var columns: [Column] = []
        for index in self.columns.indices {
            let (column, type) = self.columns[index].finish()
            fields.append(Field(self.names[index], type))
            columns.append(column)
        }
        return ColumnBatch(schema: Schema(fields), columns: columns)
    }
}
