package import MartletCore

extension DuckDBConnection {
    /// Appends the rows of `batch` to `table`, by column name.
    ///
    /// Columns of the table that the batch lacks get their default; values are cast to the column's type where DuckDB can
    /// do so. Inside a transaction the rows belong to it; outside, all of them appear or none.
    ///
    /// - Throws: `engine.failed` when the table, a column or a conversion is not possible.
    package func append(_ batch: ColumnBatch, to table: String) throws(EngineError) {
        guard batch.rowCount > 0, !batch.columns.isEmpty else { return }
        var appender: Handle?
        defer { _ = self.library.destroyAppender(&appender) }
        guard self.library.createAppender(self.handle, nil, table, &appender) == 0 else {
            throw self.appenderError(appender, table)
        }
        for name in batch.schema.names where self.library.addAppenderColumn(appender, name) != 0 {
            throw self.appenderError(appender, table)
        }
        do throws(EngineError) {
            try self.appendChunks(of: batch, to: appender, table)
            guard self.library.closeAppender(appender) == 0 else { throw self.appenderError(appender, table) }
        } catch {
            _ = self.library.clearAppender(appender)
            throw error
        }
    }

    private func appenderError(_ appender: Handle?, _ table: String) -> EngineError {
        let text = self.library.appenderError(appender).map { String(cString: $0) } ?? "no reason given"
        return Self.error("append rows to '\(table)'", text)
    }

    private func appendChunks(of batch: ColumnBatch, to appender: Handle?, _ table: String) throws(EngineError) {
        var types = batch.schema.fields.map { self.library.createLogicalType(Self.typeID($0.type)) }
        var chunk = self.library.createChunk(&types, UInt64(types.count))
        for index in types.indices { self.library.destroyLogicalType(&types[index]) }
        defer { self.library.destroyChunk(&chunk) }
        var start = 0
        while start < batch.rowCount {
            let rows = start..<min(start + self.library.vectorSize, batch.rowCount)
            self.library.resetChunk(chunk)
            for (index, column) in batch.columns.enumerated() {
                let vector = self.library.chunkVector(chunk, UInt64(index))
                self.write(column, batch.schema.fields[index].type, rows, to: vector)
            }
            self.library.setChunkSize(chunk, UInt64(rows.count))
            guard self.library.appendChunk(appender, chunk) == 0 else { throw self.appenderError(appender, table) }
            start = rows.upperBound
        }
    }

    private func write(_ column: Column, _ type: DataType, _ rows: Range<Int>, to vector: Handle?) {
        guard let data = self.library.vectorData(vector) else { return }
        if !column.validity.isEmpty {
            self.library.makeValidityWritable(vector)
            if let words = self.library.vectorValidity(vector) {
                for (offset, row) in rows.enumerated() where !column.validity[row] {
                    words[offset >> 6] &= ~(1 << UInt64(offset & 63))
                }
            }
        }
        switch column.storage {
        case .boolean(let cells): Self.copy(cells, rows, to: data)
        case .int64(let cells): Self.copy(cells, rows, to: data)
        case .float64(let cells): Self.copy(cells, rows, to: data)
        case .string(let cells):
            for (offset, row) in rows.enumerated() where column.isValid(row) {
                var text = cells[row]
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { bytes in
                        guard let start = bytes.baseAddress else {
                            return self.library.assignText(vector, UInt64(offset), "", 0)
                        }
                        self.library.assignText(vector, UInt64(offset), start, UInt64(bytes.count))
                    }
                }
            }
        case .time(let cells) where type == .date:
            let days = rows.map { Int32(clamping: Self.floored(cells[$0], by: 86_400_000_000)) }
            Self.copy(days, 0..<days.count, to: data)
        case .time(let cells): Self.copy(cells, rows, to: data)
        }
    }

    private static func copy<T: BitwiseCopyable>(_ cells: [T], _ rows: Range<Int>, to data: UnsafeMutableRawPointer) {
        cells.withUnsafeBytes { bytes in
            let size = MemoryLayout<T>.stride
            let slice = UnsafeRawBufferPointer(rebasing: bytes[rows.lowerBound * size..<rows.upperBound * size])
            data.copyMemory(from: slice.baseAddress ?? UnsafeRawPointer(data), byteCount: slice.count)
        }
    }

    private static func floored(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func typeID(_ type: DataType) -> Int32 {
        switch type {
        case .boolean: 1
        case .int64: 5
        case .float64: 11
        case .string: 17
        case .date: 13
        case .timestamp: 12
        }
    }
}
