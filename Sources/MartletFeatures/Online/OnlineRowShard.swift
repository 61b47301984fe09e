import MartletCore

/// Some rows of an ``OnlineRows`` in flat arrays with an open-addressing index; never changed after it is built.
final class OnlineRowShard: Sendable {
    let types: [DataType]
    let events: [Int64]
    let created: [Int64]
    /// The bits of each value, row after row; the index into `texts` for text.
    private let cells: [UInt64]
    /// One bit for each cell that holds no value.
    private let missing: [UInt64]
    private let texts: [String]
    private let keyBytes: [UInt8]
    /// Where the key of each row ends in `keyBytes`.
    private let keyEnds: [Int32]
    private let hashes: [UInt32]
    /// Row numbers by hash, `-1` where free; its length is a power of two, at least twice the rows.
    private let table: [Int32]

    var count: Int { self.events.count }

    convenience init(types: [DataType]) { self.init(types: types, rows: []) }

    init(types: [DataType], rows: [(key: String, row: OnlineRow)]) {
        var cells: [UInt64] = []
        cells.reserveCapacity(rows.count * types.count)
        var missing = [UInt64](repeating: 0, count: (rows.count * types.count + 63) / 64)
        var texts: [String] = []
        var keyBytes: [UInt8] = []
        var keyEnds: [Int32] = []
        var hashes: [UInt32] = []
        for (key, row) in rows {
            keyBytes.append(contentsOf: key.utf8)
            keyEnds.append(Int32(keyBytes.count))
            hashes.append(UInt32(truncatingIfNeeded: Self.hash(key)))
            for column in types.indices {
                let value = column < row.values.count ? row.values[column] : .null
                let bits = Self.bits(of: value, as: types[column], texts: &texts)
                if bits == nil { missing[cells.count / 64] |= 1 << UInt64(cells.count % 64) }
                cells.append(bits ?? 0)
            }
        }
        self.types = types
        self.events = rows.map(\.row.eventTime.microseconds)
        self.created = rows.map(\.row.createdTime.microseconds)
        self.cells = cells
        self.missing = missing
        self.texts = texts
        self.keyBytes = keyBytes
        self.keyEnds = keyEnds
        self.hashes = hashes
        self.table = Self.table(for: hashes)
    }

    func find(_ key: String, hash: UInt32) -> Int? {
        let mask = self.table.count - 1
        var slot = Int(hash) & mask
        while self.table[slot] >= 0 {
            let row = Int(self.table[slot])
            if self.hashes[row] == hash, self.hasKey(key, at: row) { return row }
            slot = (slot + 1) & mask
        }
        return nil
    }

    func value(_ row: Int, _ column: Int) -> Value {
        let index = row * self.types.count + column
        if self.isMissing(index) { return .null }
        let bits = self.cells[index]
        return switch self.types[column] {
        case .boolean: .boolean(bits != 0)
        case .int64: .int64(Int64(bitPattern: bits))
        case .float64: .float64(Double(bitPattern: bits))
        case .string: .string(self.texts[Int(bits)])
        case .date, .timestamp: .time(EventTime(microseconds: Int64(bitPattern: bits)))
        }
    }

    func number(_ row: Int, _ column: Int) -> Double {
        let index = row * self.types.count + column
        if self.isMissing(index) { return .nan }
        let bits = self.cells[index]
        return switch self.types[column] {
        case .boolean: bits != 0 ? 1 : 0
        case .int64: Double(Int64(bitPattern: bits))
        case .float64: Double(bitPattern: bits)
        case .string, .date, .timestamp: .nan
        }
    }

    /// A shard with `changes` applied in order.
    func applying(_ changes: [OnlineChanges.Change]) -> OnlineRowShard {
        var last: [String: OnlineRow?] = [:]
        var order: [String] = []
        for change in changes {
            if last.updateValue(change.row, forKey: change.key.text) == nil { order.append(change.key.text) }
        }
        var rows: [(key: String, row: OnlineRow)] = []
        rows.reserveCapacity(self.count + order.count)
        for row in 0..<self.count {
            let key = self.key(row)
            switch last.removeValue(forKey: key) {
            case .none: rows.append((key, self.row(row)))
            case .some(.some(let replacement)): rows.append((key, replacement))
            case .some(.none): break
            }
        }
        for key in order {
            if case .some(.some(let added)) = last[key] { rows.append((key, added)) }
        }
        return OnlineRowShard(types: self.types, rows: rows)
    }

    /// FNV-1a with a final mix, so that its high bits choose the shard and its low bits the slot.
    ///
    /// - Source: G. Fowler, L. C. Noll, K.-P. Vo, FNV; the mix is MurmurHash3's (A. Appleby).
    static func hash(_ key: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }

    private func row(_ row: Int) -> OnlineRow {
        OnlineRow(
            eventTime: EventTime(microseconds: self.events[row]),
            createdTime: EventTime(microseconds: self.created[row]),
            values: self.types.indices.map { self.value(row, $0) }
        )
    }

    private func key(_ row: Int) -> String {
        let start = row == 0 ? 0 : Int(self.keyEnds[row - 1])
        return String(decoding: self.keyBytes[start..<Int(self.keyEnds[row])], as: UTF8.self)
    }

    private func hasKey(_ key: String, at row: Int) -> Bool {
        var index = row == 0 ? 0 : Int(self.keyEnds[row - 1])
        let end = Int(self.keyEnds[row])
        for byte in key.utf8 {
            if index == end || self.keyBytes[index] != byte { return false }
            index += 1
        }
        return index == end
    }

    private func isMissing(_ index: Int) -> Bool { self.missing[index / 64] >> UInt64(index % 64) & 1 == 1 }

    private static func bits(of value: Value, as type: DataType, texts: inout [String]) -> UInt64? {
        switch (type, value) {
        case (.boolean, .boolean(let flag)): return flag ? 1 : 0
        case (.int64, .int64(let number)): return UInt64(bitPattern: number)
        case (.int64, .boolean(let flag)): return flag ? 1 : 0
        case (.float64, .float64), (.float64, .int64), (.float64, .boolean): return value.number.bitPattern
        case (.date, .time(let moment)), (.timestamp, .time(let moment)):
            return UInt64(bitPattern: moment.microseconds)
        case (.string, .string(let text)):
            texts.append(text)
            return UInt64(texts.count - 1)
        default: return nil
        }
    }

    private static func table(for hashes: [UInt32]) -> [Int32] {
        var size = 2
        while size < hashes.count * 2 { size *= 2 }
        var table = [Int32](repeating: -1, count: size)
        for (row, hash) in hashes.enumerated() {
            var slot = Int(hash) & (size - 1)
            while table[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            table[slot] = Int32(row)
        }
        return table
    }
}
