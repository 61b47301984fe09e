import MartletCore

/// How a DuckDB column lies in memory, and the type it becomes.
enum DuckDBColumnType {
    case boolean
    case integer(width: Int, isSigned: Bool)
    /// 64 bits unsigned, or 128 bits.
    case wideInteger(width: Int, isSigned: Bool)
    case float
    case double
    case decimal(width: Int, divisor: Double)
    case text
    case enumeration(width: Int, texts: [String])
    case uuid
    case date
    /// Ticks since 1970; `multiplier` or `divisor` makes microseconds of them.
    case timestamp(multiplier: Int64, divisor: Int64)
    /// A column of nothing but nulls.
    case null

    /// Reads a `duckdb_logical_type`; the caller frees it.
    init(_ type: Handle?, column: String, library: DuckDBLibrary) throws(EngineError) {
        let identifier = library.typeID(type)
        switch identifier {
        case 1: self = .boolean
        case 2: self = .integer(width: 1, isSigned: true)
        case 3: self = .integer(width: 2, isSigned: true)
        case 4: self = .integer(width: 4, isSigned: true)
        case 5: self = .integer(width: 8, isSigned: true)
        case 6: self = .integer(width: 1, isSigned: false)
        case 7: self = .integer(width: 2, isSigned: false)
        case 8: self = .integer(width: 4, isSigned: false)
        case 9: self = .wideInteger(width: 8, isSigned: false)
        case 10: self = .float
        case 11: self = .double
        case 12, 31: self = .timestamp(multiplier: 1, divisor: 1)
        case 13: self = .date
        case 16: self = .wideInteger(width: 16, isSigned: true)
        case 17: self = .text
        case 19:
            var divisor = 1.0
            for _ in 0..<library.decimalScale(type) { divisor *= 10 }
            self = .decimal(width: Self.width(library.decimalStorage(type)), divisor: divisor)
        case 20: self = .timestamp(multiplier: 1_000_000, divisor: 1)
        case 21: self = .timestamp(multiplier: 1_000, divisor: 1)
        case 22: self = .timestamp(multiplier: 1, divisor: 1_000)
        case 23:
            let texts = (0..<UInt64(library.enumCount(type)))
                .map { index in
                    let text = library.enumText(type, index)
                    defer { library.free(text) }
                    return text.map { String(cString: $0) } ?? ""
                }
            self = .enumeration(width: Self.width(library.enumStorage(type)), texts: texts)
        case 27: self = .uuid
        case 32: self = .wideInteger(width: 16, isSigned: false)
        case 36: self = .null
        default:
            throw EngineError(
                .engineUnsupportedType,
                "column '\(column)' is \(Self.names[identifier] ?? "of a DuckDB type") and Martlet does not carry "
                    + "that; cast it in the query, for example to VARCHAR, DOUBLE or TIMESTAMP"
            )
        }
    }

    var dataType: DataType {
        switch self {
        case .boolean: .boolean
        case .integer, .wideInteger: .int64
        case .float, .double, .decimal: .float64
        case .text, .enumeration, .uuid, .null: .string
        case .date: .date
        case .timestamp: .timestamp
        }
    }

    /// Puts fields together, refusing two of one name.
    static func schema(_ fields: [Field]) throws(EngineError) -> Schema {
        var seen: Set<String> = []
        for field in fields where !seen.insert(field.name).inserted {
            throw EngineError(
                .engineBadInput,
                "the query has two columns named '\(field.name)'; give one of them another name with AS"
            )
        }
        return Schema(fields)
    }

    /// The bytes of one stored integer, by the type that stores it.
    private static func width(_ storage: Int32) -> Int {
        switch storage {
        case 2, 6: 1
        case 3, 7: 2
        case 4, 8: 4
        case 16, 32: 16
        default: 8
        }
    }

    private static let names: [Int32: String] = [
        14: "a TIME", 15: "an INTERVAL", 18: "a BLOB", 24: "a LIST", 25: "a STRUCT", 26: "a MAP", 28: "a UNION",
        29: "a BIT string", 30: "a TIME WITH TIME ZONE", 33: "an ARRAY", 35: "a BIGNUM",
    ]
}
