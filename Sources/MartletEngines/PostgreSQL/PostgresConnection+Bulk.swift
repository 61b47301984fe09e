/// Many rows at once, in both directions.
extension PostgresConnection {
    /// How many executions are under way before their answers are read.
    private static let pipelineDepth = 400

    /// Runs one statement for each list of values, without waiting for one answer before the next is sent.
    ///
    /// Inside a transaction all of it fails when one fails.
    ///
    /// - Returns: how many rows were changed in all.
    /// - Throws: `postgres.failed`, `postgres.cancelled`, `postgres.connectionLost`.
    @discardableResult
    package func run(_ sql: String, batch: [[PostgresValue]]) throws(PostgresError) -> Int {
        if batch.isEmpty { return 0 }
        if batch.count == 1 { return try self.query(sql, batch[0]).changedCount }
        try self.makeRoom()
        // Preparing waits for an answer, so it comes first.
        var names: [String] = []
        names.reserveCapacity(batch.count)
        for values in batch { names.append(try self.prepared(sql, values)) }
        guard self.library.enterPipeline(self.handle) == 1 else { throw self.lost("send many rows") }
        defer { _ = self.library.exitPipeline(self.handle) }
        var changed = 0
        for start in stride(from: 0, to: batch.count, by: Self.pipelineDepth) {
            let end = min(start + Self.pipelineDepth, batch.count)
            for index in start..<end {
                let sent = PostgresParameters(batch[index])
                    .withPointers { count, pointers, lengths, formats in
                        self.library.sendPrepared(self.handle, names[index], count, pointers, lengths, formats, 1)
                    }
                guard sent == 1 else { throw self.lost("send many rows") }
            }
            guard self.library.syncPipeline(self.handle) == 1 else { throw self.lost("send many rows") }
            changed += try self.readAnswers(end - start)
        }
        return changed
    }

    /// Reads the answers to `count` statements and the mark after them.
    private func readAnswers(_ count: Int) throws(PostgresError) -> Int {
        var failure: PostgresError?
        var changed = 0
        var isEnded = false
        while !isEnded {
            guard let result = self.library.nextResult(self.handle) else {
                guard self.isOpen else { throw failure ?? self.lost("read answers") }
                continue
            }
            defer { self.library.clear(result) }
            switch self.library.resultStatus(result) {
            case PostgresResultStatus.pipelineSync: isEnded = true
            case PostgresResultStatus.pipelineAborted: break
            case PostgresResultStatus.commandDone:
                changed += self.library.changedCount(result).flatMap { Int(String(cString: $0)) } ?? 0
            default:
                do throws(PostgresError) {
                    try self.check(result)
                } catch {
                    failure = failure ?? error
                    if !self.isOpen { throw error }
                }
            }
        }
        if let failure { throw failure }
        return changed
    }

    /// Runs a statement and hands its rows to `body` one by one, without holding them all.
    ///
    /// `body` must not use this connection. What it throws ends the statement.
    package func forEachRow(
        _ sql: String,
        _ values: [PostgresValue] = [],
        _ body: ([PostgresValue]) throws -> Void
    ) throws {
        try self.makeRoom()
        let name = try self.prepared(sql, values)
        let sent = PostgresParameters(values)
            .withPointers { count, pointers, lengths, formats in
                self.library.sendPrepared(self.handle, name, count, pointers, lengths, formats, 1)
            }
        guard sent == 1, self.library.setSingleRowMode(self.handle) == 1 else { throw self.lost("read rows") }
        var failure: (any Error)?
        while let handle = self.library.nextResult(self.handle) {
            if failure != nil {
                self.library.clear(handle)
                continue
            }
            do {
                do throws(PostgresError) {
                    try self.check(handle)
                } catch {
                    self.library.clear(handle)
                    throw error
                }
                let result = try PostgresResult(handle, self.library)
                for row in 0..<result.rowCount { try body(result.row(row)) }
            } catch {
                failure = error
                // The rest of the rows is not wanted; the server stops sending them.
                _ = try? self.canceller().cancel()
            }
        }
        if let failure { throw failure }
    }

    /// Copies rows into a table, the fastest way in.
    ///
    /// - Parameters:
    ///   - target: the table with its columns, such as `runs (id, name)`; integers go to `bigint` columns, reals to
    ///     `double precision`, texts to `text`, bytes to `bytea`.
    ///   - next: the next row, or `nil` after the last; what it throws undoes the whole copy.
    /// - Returns: how many rows were copied.
    /// - Throws: what `next` throws, `postgres.failed`, `postgres.connectionLost`.
    @discardableResult
    package func copy(into target: String, _ next: () throws -> [PostgresValue]?) throws -> Int {
        try self.execute("COPY \(target) FROM STDIN (FORMAT binary)")
        var buffer: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        var count = 0
        do {
            while let row = try next() {
                withUnsafeBytes(of: Int16(row.count).bigEndian) { buffer.append(contentsOf: $0) }
                for value in row {
                    let place = buffer.count
                    buffer.append(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF])
                    if value == .null { continue }
                    value.append(to: &buffer)
                    let length = Int32(buffer.count - place - 4).bigEndian
                    withUnsafeBytes(of: length) { buffer.replaceSubrange(place..<(place + 4), with: $0) }
                }
                count += 1
                if buffer.count >= 1 << 18 { try self.send(&buffer) }
            }
            buffer.append(contentsOf: [0xFF, 0xFF])
            try self.send(&buffer)
        } catch {
            _ = self.library.putCopyEnd(self.handle, "the rows could not be read")
            while let result = self.library.nextResult(self.handle) { self.library.clear(result) }
            throw error
        }
        guard self.library.putCopyEnd(self.handle, nil) == 1 else { throw self.lost("copy rows") }
        var failure: PostgresError?
        while let result = self.library.nextResult(self.handle) {
            defer { self.library.clear(result) }
            do throws(PostgresError) { try self.check(result) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        return count
    }

    private func send(_ buffer: inout [UInt8]) throws(PostgresError) {
        let sent = buffer.withUnsafeBytes { self.library.putCopyData(self.handle, $0.baseAddress, Int32($0.count)) }
        guard sent == 1 else { throw self.lost("copy rows") }
        buffer.removeAll(keepingCapacity: true)
    }
}
