import MartletCore

/// Collects one column over the chunks of a result, by copies of whole vectors.
struct DuckDBColumnReader {
    private let type: DuckDBColumnType
    /// The one array in use is the one of the type.
    private var booleans: [Bool] = []
    private var integers: [Int64] = []
    private var doubles: [Double] = []
    private var texts: [String] = []
    /// Empty until the first missing cell.
    private var validity: [Bool] = []
    private var count = 0
    /// Whether a wide integer was met that 64 bits do not hold; then `doubles` has the column too.
    private var needsDoubles = false

    init(_ type: DuckDBColumnType) { self.type = type }

    /// The column so far; the reader starts anew.
    mutating func finish() -> (Column, DataType) {
        defer { self = DuckDBColumnReader(self.type) }
        let storage: Column.Storage
        var dataType = self.type.dataType
        switch self.type {
        case .boolean: storage = .boolean(self.booleans)
        case .integer: storage = .int64(self.integers)
        case .wideInteger:
            storage = self.needsDoubles ? .float64(self.doubles) : .int64(self.integers)
            if self.needsDoubles { dataType = .float64 }
        case .float, .double, .decimal: storage = .float64(self.doubles)
        case .text, .enumeration, .uuid, .null: storage = .string(self.texts)
        case .date, .timestamp: storage = .time(self.integers)
        }
        return (Column(storage, validity: self.validity), dataType)
    }

    /// Appends the `count` cells of a vector.
    mutating func append(data: UnsafeMutableRawPointer?, validity: UnsafeMutablePointer<UInt64>?, count: Int) {
        guard count > 0 else { return }
        let start = self.count
        self.appendCells(data, validity, count)
        self.count += count
        self.appendValidity(validity, start: start, count: count)
    }

    private mutating func appendCells(
        _ data: UnsafeMutableRawPointer?,
        _ validity: UnsafeMutablePointer<UInt64>?,
        _ count: Int
    ) {
        guard let data else { return self.texts.append(contentsOf: repeatElement("", count: count)) }
        switch self.type {
        case .boolean:
            let cells = UnsafeBufferPointer(start: data.assumingMemoryBound(to: UInt8.self), count: count)
            self.booleans.append(contentsOf: cells.lazy.map { $0 == 1 })
        case .integer(let width, let isSigned): self.appendIntegers(data, width, isSigned, count)
        case .wideInteger(let width, let isSigned): self.appendWide(data, validity, width, isSigned, count)
        case .float: self.doubles.append(contentsOf: Self.cells(data, Float.self, count).lazy.map(Double.init))
        case .double: self.doubles.append(contentsOf: Self.cells(data, Double.self, count))
        case .decimal(let width, let divisor): self.appendDecimals(data, width, divisor, count)
        case .text: self.appendTexts(data, validity, count)
        case .enumeration(let width, let texts): self.appendEnumeration(data, validity, width, texts, count)
        case .uuid:
            for row in 0..<count {
                let isValid = Self.isValid(validity, row)
                self.texts.append(isValid ? Self.uuid(data + row * 16) : "")
            }
        case .date:
            self.integers.append(
                contentsOf: Self.cells(data, Int32.self, count).lazy
                    .map { Self.saturated(Int64($0).multipliedReportingOverflow(by: 86_400_000_000), $0 < 0) }
            )
        case .timestamp(let multiplier, let divisor):
            let ticks = Self.cells(data, Int64.self, count)
            if multiplier == 1, divisor == 1 {
                self.integers.append(contentsOf: ticks)
            } else {
                self.integers.append(
                    contentsOf: ticks.lazy.map { tick in
                        let floored = (tick - (tick < 0 ? divisor - 1 : 0)) / divisor
                        return Self.saturated(floored.multipliedReportingOverflow(by: multiplier), tick < 0)
                    }
                )
            }
        case .null: self.texts.append(contentsOf: repeatElement("", count: count))
        }
    }

    private mutating func appendIntegers(
        _ data: UnsafeMutableRawPointer,
        _ width: Int,
        _ isSigned: Bool,
        _ count: Int
    ) {
        switch (width, isSigned) {
        case (1, true): self.integers.append(contentsOf: Self.cells(data, Int8.self, count).lazy.map(Int64.init))
        case (2, true): self.integers.append(contentsOf: Self.cells(data, Int16.self, count).lazy.map(Int64.init))
        case (4, true): self.integers.append(contentsOf: Self.cells(data, Int32.self, count).lazy.map(Int64.init))
        case (1, false): self.integers.append(contentsOf: Self.cells(data, UInt8.self, count).lazy.map(Int64.init))
        case (2, false): self.integers.append(contentsOf: Self.cells(data, UInt16.self, count).lazy.map(Int64.init))
        case (4, false): self.integers.append(contentsOf: Self.cells(data, UInt32.self, count).lazy.map(Int64.init))
        default: self.integers.append(contentsOf: Self.cells(data, Int64.self, count))
        }
    }

    private mutating func appendWide(
        _ data: UnsafeMutableRawPointer,
        _ validity: UnsafeMutablePointer<UInt64>?,
        _ width: Int,
        _ isSigned: Bool,
        _ count: Int
    ) {
        for row in 0..<count {
            guard Self.isValid(validity, row) else {
                self.integers.append(0)
                self.doubles.append(0)
                continue
            }
            let low = data.load(fromByteOffset: row * width, as: UInt64.self)
            let high = width == 16 ? data.load(fromByteOffset: row * 16 + 8, as: Int64.self) : 0
            let fits = high == Int64(bitPattern: low) >> 63 && (high == 0 || (isSigned && high == -1))
            self.integers.append(fits ? Int64(bitPattern: low) : 0)
            self.doubles.append(Self.double(high: high, low: low, isSigned: isSigned))
            if !fits { self.needsDoubles = true }
        }
    }

    private mutating func appendDecimals(
        _ data: UnsafeMutableRawPointer,
        _ width: Int,
        _ divisor: Double,
        _ count: Int
    ) {
        switch width {
        case 2:
            self.doubles.append(contentsOf: Self.cells(data, Int16.self, count).lazy.map { Double($0) / divisor })
        case 4:
            self.doubles.append(contentsOf: Self.cells(data, Int32.self, count).lazy.map { Double($0) / divisor })
        case 16:
            for row in 0..<count {
                let low = data.load(fromByteOffset: row * 16, as: UInt64.self)
                let high = data.load(fromByteOffset: row * 16 + 8, as: Int64.self)
                self.doubles.append(Self.double(high: high, low: low, isSigned: true) / divisor)
            }
        default:
            self.doubles.append(contentsOf: Self.cells(data, Int64.self, count).lazy.map { Double($0) / divisor })
        }
    }

    /// Texts are 16 bytes each: the length, then the bytes themselves up to 12, else their address at offset 8.
    private mutating func appendTexts(
        _ data: UnsafeMutableRawPointer,
        _ validity: UnsafeMutablePointer<UInt64>?,
        _ count: Int
    ) {
        self.texts.reserveCapacity(max(self.texts.count + count, self.texts.capacity))
        for row in 0..<count {
            guard Self.isValid(validity, row) else {
                self.texts.append("")
                continue
            }
            let cell = data + row * 16
            let length = Int(cell.load(as: UInt32.self))
            let bytes =
                length <= 12
                ? UnsafeRawPointer(cell + 4) : (cell + 8).load(as: UnsafeRawPointer?.self) ?? UnsafeRawPointer(cell)
            self.texts.append(String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self))
        }
    }

    private mutating func appendEnumeration(
        _ data: UnsafeMutableRawPointer,
        _ validity: UnsafeMutablePointer<UInt64>?,
        _ width: Int,
        _ texts: [String],
        _ count: Int
    ) {
        for row in 0..<count {
            guard Self.isValid(validity, row) else {
                self.texts.append("")
                continue
            }
            let index =
                switch width {
                case 1: Int(data.load(fromByteOffset: row, as: UInt8.self))
                case 2: Int(data.load(fromByteOffset: row * 2, as: UInt16.self))
                default: Int(data.load(fromByteOffset: row * 4, as: UInt32.self))
                }
            self.texts.append(index < texts.count ? texts[index] : "")
        }
    }

    /// Marks the missing cells and empties them, so that equal columns are equal.
    private mutating func appendValidity(_ words: UnsafeMutablePointer<UInt64>?, start: Int, count: Int) {
        guard let words, (0..<count).contains(where: { !Self.isValid(words, $0) }) else {
            if !self.validity.isEmpty { self.validity.append(contentsOf: repeatElement(true, count: count)) }
            return
        }
        if self.validity.isEmpty { self.validity = Array(repeating: true, count: start) }
        for row in 0..<count {
            let isValid = Self.isValid(words, row)
            self.validity.append(isValid)
            guard !isValid else { continue }
            switch self.type {
            case .boolean: self.booleans[start + row] = false
            case .integer, .date, .timestamp: self.integers[start + row] = 0
            case .float, .double, .decimal: self.doubles[start + row] = 0
            case .wideInteger, .text, .enumeration, .uuid, .null: break
            }
        }
    }

    private static func cells<T>(
        _ data: UnsafeMutableRawPointer,
        _ type: T.Type,
        _ count: Int
    )
        -> UnsafeBufferPointer<T>
    {
        UnsafeBufferPointer(start: data.assumingMemoryBound(to: type), count: count)
    }

    private static func isValid(_ words: UnsafeMutablePointer<UInt64>?, _ row: Int) -> Bool {
        guard let words else { return true }
        return words[row >> 6] & (1 << UInt64(row & 63)) != 0
    }

    private static func saturated(_ product: (partialValue: Int64, overflow: Bool), _ isNegative: Bool) -> Int64 {
        product.overflow ? (isNegative ? .min : .max) : product.partialValue
    }

    private static func double(high: Int64, low: UInt64, isSigned: Bool) -> Double {
        let upper = isSigned ? Double(high) : Double(UInt64(bitPattern: high))
        return high == -1 && isSigned && low >> 63 == 1
            ? Double(Int64(bitPattern: low)) : upper * 18_446_744_073_709_551_616 + Double(low)
    }

    /// A UUID is stored as a 128-bit integer with its first bit turned over, so that it sorts.
    private static func uuid(_ cell: UnsafeMutableRawPointer) -> String {
        let high = cell.load(fromByteOffset: 8, as: UInt64.self) ^ (1 << 63)
        let low = cell.load(as: UInt64.self)
        let digits = [high, low]
            .map { word in
                let text = String(word, radix: 16)
                return String(repeating: "0", count: 16 - text.count) + text
            }
        var text = Array(digits.joined())
        for position in [20, 16, 12, 8] { text.insert("-", at: position) }
        return String(text)
    }
}
