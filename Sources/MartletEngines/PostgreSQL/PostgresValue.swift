/// A value that goes to PostgreSQL or comes from it.
package enum PostgresValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])

    /// The type as which the value is sent, by PostgreSQL's number; 0 leaves it to the server.
    var type: UInt32 {
        switch self {
        case .null: 0
        case .integer: PostgresType.int8
        case .real: PostgresType.float8
        case .text: PostgresType.text
        case .bytes: PostgresType.bytea
        }
    }

    /// Appends the value as PostgreSQL's binary format has it; nothing for `null`.
    func append(to buffer: inout [UInt8]) {
        switch self {
        case .null: break
        case .integer(let value): withUnsafeBytes(of: value.bigEndian) { buffer.append(contentsOf: $0) }
        case .real(let value): withUnsafeBytes(of: value.bitPattern.bigEndian) { buffer.append(contentsOf: $0) }
        case .text(let value): buffer.append(contentsOf: value.utf8)
        case .bytes(let value): buffer.append(contentsOf: value)
        }
    }
}

/// The types that Martlet reads and writes, by the numbers PostgreSQL fixed for them.
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1_042
    static let varchar: UInt32 = 1_043
    static let numeric: UInt32 = 1_700
    static let void: UInt32 = 2_278
    static let xid8: UInt32 = 5_069

    static let readable: Set<UInt32> = [
        bool, bytea, char, name, int8, int2, int4, text, oid, json, float4, float8, unknown, bpchar, varchar, numeric,
        void, xid8,
    ]
}

/// Values as libpq takes them: one piece of memory and an address, a length and a format for each.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>?] = []

    init(_ values: [PostgresValue]) {
        self.ranges.reserveCapacity(values.count)
        for value in values {
            if case .null = value {
                self.ranges.append(nil)
                continue
            }
            let start = self.bytes.count
            value.append(to: &self.bytes)
            self.ranges.append(start..<self.bytes.count)
        }
        // An empty value needs an address too.
        self.bytes.append(0)
    }

    /// Hands the values to `body`; its pointers are valid for the call only.
    func withPointers<Result>(
        _ body: (Int32, PostgresLibrary.Texts?, PostgresLibrary.Numbers?, PostgresLibrary.Numbers?) -> Result
    ) -> Result {
        let lengths = self.ranges.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: self.ranges.count)
        return self.bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress
            let pointers: [CText?] = self.ranges.map { range in
                range.flatMap { range in start.map { ($0 + range.lowerBound).assumingMemoryBound(to: CChar.self) } }
            }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(
                            Int32(self.ranges.count),
                            pointers.baseAddress,
                            lengths.baseAddress,
                            formats.baseAddress
                        )
                    }
                }
            }
        }
    }
}
