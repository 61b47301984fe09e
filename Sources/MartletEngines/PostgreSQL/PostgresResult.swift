/// The rows that a statement returned; freed with the value.
///
/// For the thread that uses the connection.
package final class PostgresResult {
    private let library: PostgresLibrary
    private let handle: Handle
    private let types: [UInt32]
    /// The names of the columns, in order.
    package let columns: [String]
    /// How many rows there are.
    package let rowCount: Int

    /// Takes over `handle`, which holds binary values.
    ///
    /// - Throws: `postgres.badInput` naming a column whose type Martlet does not read.
    init(_ handle: Handle, _ library: PostgresLibrary) throws(PostgresError) {
        self.library = library
        self.handle = handle
        let count = library.columnCount(handle)
        self.rowCount = Int(library.rowCount(handle))
        self.types = (0..<count).map { library.columnType(handle, $0) }
        self.columns = (0..<count)
            .map { column in library.columnName(handle, column).map { String(cString: $0) } ?? "" }
        for (name, type) in zip(self.columns, self.types) where !PostgresType.readable.contains(type) {
            throw PostgresError(
                .postgresBadInput,
                "the column '\(name)' has PostgreSQL's type \(type), which Martlet does not read; cast it, such as to text"
            )
        }
    }

    deinit { self.library.clear(self.handle) }

    /// How many rows the statement inserted, changed, deleted or returned.
    package var changedCount: Int {
        self.library.changedCount(self.handle).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The value in a row and a column, both counted from 0.
    ///
    /// Truth values are 0 and 1; a decimal is an integer when it is one and fits.
    package func value(_ row: Int, _ column: Int) -> PostgresValue {
        let (row32, column32) = (Int32(row), Int32(column))
        if self.library.isNull(self.handle, row32, column32) != 0 { return .null }
        guard let start = self.library.value(self.handle, row32, column32) else { return .null }
        let count = Int(self.library.valueLength(self.handle, row32, column32))
        let bytes = UnsafeRawBufferPointer(start: start, count: count)
        switch self.types[column] {
        case PostgresType.int8, PostgresType.xid8: return .integer(Self.integer(bytes, as: Int64.self))
        case PostgresType.int4: return .integer(Int64(Self.integer(bytes, as: Int32.self)))
        case PostgresType.int2: return .integer(Int64(Self.integer(bytes, as: Int16.self)))
        case PostgresType.oid: return .integer(Int64(Self.integer(bytes, as: UInt32.self)))
        case PostgresType.bool: return .integer(bytes.first == 0 ? 0 : 1)
        case PostgresType.float8: return .real(Double(bitPattern: Self.integer(bytes, as: UInt64.self)))
        case PostgresType.float4: return .real(Double(Float(bitPattern: Self.integer(bytes, as: UInt32.self))))
        case PostgresType.bytea: return .bytes(Array(bytes))
        case PostgresType.numeric: return PostgresNumeric(bytes).value
        case PostgresType.void: return .null
        default: return .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A row's values in the order of the columns.
    package func row(_ row: Int) -> [PostgresValue] { self.columns.indices.map { self.value(row, $0) } }

    /// A whole number in network order; 0 when bytes are missing, which a sound server never sends.
    static func integer<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, as type: Number.Type) -> Number {
        guard bytes.count == MemoryLayout<Number>.size else { return 0 }
        return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
    }
}

/// A decimal number in PostgreSQL's binary format: digits to the base 10,000, a weight, a sign.
struct PostgresNumeric {
    let value: PostgresValue

    init(_ bytes: UnsafeRawBufferPointer) {
        func part(_ index: Int) -> UInt16 {
            PostgresResult.integer(
                UnsafeRawBufferPointer(rebasing: bytes[(index * 2)..<(index * 2 + 2)]),
                as: UInt16.self
            )
        }
        guard bytes.count >= 8, bytes.count == 8 + 2 * Int(part(0)) else {
            self.value = .real(.nan)
            return
        }
        let weight = Int(Int16(bitPattern: part(1)))
        let isNegative = part(2) == 0x4000
        switch part(2) {
        case 0xC000: self.value = .real(.nan)
        case 0xD000: self.value = .real(.infinity)
        case 0xF000: self.value = .real(-.infinity)
        default:
            let digits = (0..<Int(part(0))).map { Int64(part(4 + $0)) }
            self.value =
                Self.whole(digits, weight, isNegative).map { .integer($0) }
                ?? .real(Self.real(digits, weight, isNegative))
        }
    }

    /// The number when it has no fraction and fits.
    private static func whole(_ digits: [Int64], _ weight: Int, _ isNegative: Bool) -> Int64? {
        guard digits.isEmpty || digits.count <= weight + 1 else { return nil }
        var number: Int64 = 0
        for place in 0..<max(0, digits.isEmpty ? 0 : weight + 1) {
            let (scaled, overflow) = number.multipliedReportingOverflow(by: 10_000)
            let digit = place < digits.count ? digits[place] : 0
            let (sum, carry) = scaled.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || carry { return nil }
            number = sum
        }
        return number
    }

    /// The nearest double, by way of its decimal text.
    private static func real(_ digits: [Int64], _ weight: Int, _ isNegative: Bool) -> Double {
        let text = digits.map { digit in String(repeating: "0", count: 4 - String(digit).count) + String(digit) }
            .joined()
        let exponent = (weight + 1 - digits.count) * 4
        return Double("\(isNegative ? "-" : "")\(text)e\(exponent)") ?? .nan
    }
}
