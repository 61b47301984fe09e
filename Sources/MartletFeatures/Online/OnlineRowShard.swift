import MartletCore

/// Some rows of an ``OnlineRows`` in flat arrays with an open-addressing index; never changed after it is built.
final class OnlineRowShard: Sendable {
    let types: [DataType]
    private let columns: OnlineRowColumns
    /// Row numbers by hash, `-1` where free; its length is a power of two, at least twice the rows.
    private let table: [Int32]

    var count: Int { self.columns.count }

    /// A shard without rows.
    init(types: [DataType]) {
        self.types = types
        self.columns = OnlineRowColumns()
        self.table = [-1, -1]
    }

    /// A shard of `columns`, or `nil` when two rows have one key.
    private init?(types: [DataType], columns: OnlineRowColumns) {
        guard let table = Self.table(for: columns) else { return nil }
        self.types = types
        self.columns = columns
        self.table = table
    }

    func event(_ row: Int) -> Int64 { self.columns.events[row] }

    func created(_ row: Int) -> Int64 { self.columns.created[row] }

    func find(_ key: String, hash: UInt32) -> Int? {
        let mask = self.table.count - 1
        var slot = Int(hash) & mask
        while self.table[slot] >= 0 {
            let row = Int(self.table[slot])
            if self.columns.hashes[row] == hash, self.columns.hasKey(key, at: row) { return row }
            slot = (slot + 1) & mask
        }
        return nil
    }

    func value(_ row: Int, _ column: Int) -> Value {
        let index = row * self.types.count + column
        if self.columns.isMissing(index) { return .null }
        let bits = self.columns.cells[index]
        return switch self.types[column] {
        case .boolean: .boolean(bits != 0)
        case .int64: .int64(Int64(bitPattern: bits))
        case .float64: .float64(Double(bitPattern: bits))
        case .string: .string(self.columns.texts[Int(bits)])
        case .date, .timestamp: .time(EventTime(microseconds: Int64(bitPattern: bits)))
        }
    }

    func number(_ row: Int, _ column: Int) -> Double {
        let index = row * self.types.count + column
        if self.columns.isMissing(index) { return .nan }
        let bits = self.columns.cells[index]
        return switch self.types[column] {
        case .boolean: bits != 0 ? 1 : 0
        case .int64: Double(Int64(bitPattern: bits))
        case .float64: Double(bitPattern: bits)
        case .string, .date, .timestamp: .nan
        }
    }

    /// A shard with `changes` applied in order.
    func applying(_ changes: [OnlineChanges.Change]) -> OnlineRowShard {
        self.adding(changes) ?? self.replacing(changes)
    }

    /// A shard with `changes` added, or `nil` when one of them touches a row that is here, or two touch one row.
    ///
    /// The way of a first load: the flat arrays grow, and no row is unpacked.
    private func adding(_ changes: [OnlineChanges.Change]) -> OnlineRowShard? {
        var columns = self.columns
        for change in changes {
            guard let row = change.row else { return nil }
            columns.append(change.key.text, row, types: self.types)
        }
        return OnlineRowShard(types: self.types, columns: columns)
    }

    private func replacing(_ changes: [OnlineChanges.Change]) -> OnlineRowShard {
        var last: [EntityKey: OnlineRow?] = [:]
        var order: [EntityKey] = []
        for change in changes {
            if last.updateValue(change.row, forKey: change.key) == nil { order.append(change.key) }
        }
        var columns = OnlineRowColumns()
        for row in 0..<self.count {
            let key = EntityKey(text: self.columns.key(row))
            switch last.removeValue(forKey: key) {
            case .none: columns.append(key.text, self.row(row), types: self.types)
            case .some(.some(let replacement)): columns.append(key.text, replacement, types: self.types)
            case .some(.none): break
            }
        }
        for key in order {
            if case .some(.some(let added)) = last[key] { columns.append(key.text, added, types: self.types) }
        }
        guard let shard = OnlineRowShard(types: self.types, columns: columns) else {
            preconditionFailure("every key was added once")
        }
        return shard
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
            eventTime: EventTime(microseconds: self.event(row)),
            createdTime: EventTime(microseconds: self.created(row)),
            values: self.types.indices.map { self.value(row, $0) }
        )
    }

    /// The index over `columns`, or `nil` when two rows have one key.
    private static func table(for columns: OnlineRowColumns) -> [Int32]? {
        var size = 2
        while size < columns.count * 2 { size *= 2 }
        var table = [Int32](repeating: -1, count: size)
        for row in 0..<columns.count {
            let hash = columns.hashes[row]
            var slot = Int(hash) & (size - 1)
            while table[slot] >= 0 {
                let other = Int(table[slot])
                if columns.hashes[other] == hash, columns.hasSameKey(row, other) { return nil }
                slot = (slot + 1) & (size - 1)
            }
            table[slot] = Int32(row)
        }
        return table
    }
}
