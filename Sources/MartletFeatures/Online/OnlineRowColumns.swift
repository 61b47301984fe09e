import MartletCore

/// Online rows in flat arrays, row after row, with their keys.
struct OnlineRowColumns {
    private(set) var events: [Int64] = []
    private(set) var created: [Int64] = []
    /// The bits of each value, row after row; the index into `texts` for text.
    private(set) var cells: [UInt64] = []
    /// One bit for each cell that holds no value.
    private var missing: [UInt64] = []
    private(set) var texts: [String] = []
    private var keyBytes: [UInt8] = []
    /// Where the key of each row ends in `keyBytes`.
    private var keyEnds: [Int32] = []
    private(set) var hashes: [UInt32] = []

    var count: Int { self.events.count }

    /// Adds a row; a value that does not fit its type is missing.
    mutating func append(_ key: String, _ row: OnlineRow, types: [DataType]) {
        self.keyBytes.append(contentsOf: key.utf8)
        self.keyEnds.append(Int32(self.keyBytes.count))
        self.hashes.append(UInt32(truncatingIfNeeded: OnlineRowShard.hash(key)))
        self.events.append(row.eventTime.microseconds)
        self.created.append(row.createdTime.microseconds)
        for column in types.indices {
            let value = column < row.values.count ? row.values[column] : .null
            let bits = self.bits(of: value, as: types[column])
            if self.cells.count.isMultiple(of: 64) { self.missing.append(0) }
            if bits == nil { self.missing[self.cells.count / 64] |= 1 << UInt64(self.cells.count % 64) }
            self.cells.append(bits ?? 0)
        }
    }

    func key(_ row: Int) -> String {
        String(decoding: self.keyBytes[self.keyRange(row)], as: UTF8.self)
    }

    func hasKey(_ key: String, at row: Int) -> Bool {
        let range = self.keyRange(row)
        var index = range.lowerBound
        for byte in key.utf8 {
            if index == range.upperBound || self.keyBytes[index] != byte { return false }
            index += 1
        }
        return index == range.upperBound
    }

    func hasSameKey(_ first: Int, _ second: Int) -> Bool {
        self.keyBytes[self.keyRange(first)] == self.keyBytes[self.keyRange(second)]
    }

    func isMissing(_ index: Int) -> Bool { self.missing[index / 64] >> UInt64(index % 64) & 1 == 1 }

    private func keyRange(_ row: Int) -> Range<Int> {
        (row == 0 ? 0 : Int(self.keyEnds[row - 1]))..<Int(self.keyEnds[row])
    }

    private mutating func bits(of value: Value, as type: DataType) -> UInt64? {
        switch (type, value) {
        case (.boolean, .boolean(let flag)): return flag ? 1 : 0
        case (.int64, .int64(let number)): return UInt64(bitPattern: number)
        case (.int64, .boolean(let flag)): return flag ? 1 : 0
        case (.float64, .float64), (.float64, .int64), (.float64, .boolean): return value.number.bitPattern
        case (.date, .time(let moment)), (.timestamp, .time(let moment)):
            return UInt64(bitPattern: moment.microseconds)
        case (.string, .string(let text)):
            self.texts.append(text)
            return UInt64(self.texts.count - 1)
        default: return nil
        }
    }
}
