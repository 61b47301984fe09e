import Foundation
import MartletCore

/// Packs the values of an online row into bytes and back.
///
/// Each value is a tag byte, then its 8 little-endian bytes, or for text its length in 4 bytes and UTF-8; null is the
/// tag alone.
enum OnlineRowCodec {
    static func encode(_ values: [Value]) -> Data {
        var data = Data(capacity: values.count * 9)
        for value in values {
            switch value {
            case .null: data.append(0)
            case .boolean(let flag): data.append(flag ? 2 : 1)
            case .int64(let number): self.append(3, UInt64(bitPattern: number), to: &data)
            case .float64(let number): self.append(4, number.bitPattern, to: &data)
            case .time(let moment): self.append(5, UInt64(bitPattern: moment.microseconds), to: &data)
            case .string(let text):
                data.append(6)
                let length = UInt32(text.utf8.count)
                for shift in stride(from: UInt32(0), to: 32, by: 8) {
                    data.append(UInt8(truncatingIfNeeded: length >> shift))
                }
                data.append(contentsOf: text.utf8)
            }
        }
        return data
    }

    /// The values, or `nil` when the bytes are not a row.
    static func decode(_ data: Data) -> [Value]? {
        let bytes = [UInt8](data)
        var index = 0
        var values: [Value] = []
        // A number takes nine bytes; a row of nulls and flags has more values than this, and grows.
        values.reserveCapacity(bytes.count / 9 + 1)
        while index < bytes.count {
            let tag = bytes[index]
            index += 1
            switch tag {
            case 0: values.append(.null)
            case 1, 2: values.append(.boolean(tag == 2))
            case 3, 4, 5:
                guard let bits = self.number(8, bytes, &index) else { return nil }
                switch tag {
                case 3: values.append(.int64(Int64(bitPattern: bits)))
                case 4: values.append(.float64(Double(bitPattern: bits)))
                default: values.append(.time(EventTime(microseconds: Int64(bitPattern: bits))))
                }
            case 6:
                guard let length = self.number(4, bytes, &index), bytes.count - index >= Int(length) else { return nil }
                values.append(.string(String(decoding: bytes[index..<index + Int(length)], as: UTF8.self)))
                index += Int(length)
            default: return nil
            }
        }
        return values
    }

    private static func append(_ tag: UInt8, _ bits: UInt64, to data: inout Data) {
        data.append(tag)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { data.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }

    private static func number(_ count: Int, _ bytes: [UInt8], _ index: inout Int) -> UInt64? {
        guard bytes.count - index >= count else { return nil }
        var bits: UInt64 = 0
        for offset in 0..<count { bits |= UInt64(bytes[index + offset]) << UInt64(offset * 8) }
        index += count
        return bits
    }
}
