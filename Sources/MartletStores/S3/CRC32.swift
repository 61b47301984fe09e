import Foundation

/// The checksum of Ethernet, gzip and PNG (ISO 3309), which S3 stores keep of objects and their clients send by default.
struct CRC32: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    /// Adds `bytes`, eight at a time.
    mutating func update(_ bytes: Data) {
        var state = self.state
        let table = Self.table
        let span = bytes.span
        var index = 0
        while index + 8 <= span.count {
            let low = UInt32(span[index]) | UInt32(span[index + 1]) << 8
            let high = UInt32(span[index + 2]) << 16 | UInt32(span[index + 3]) << 24
            state ^= low | high
            let first = table[Int(state & 0xFF) + 1_792] ^ table[Int(state >> 8 & 0xFF) + 1_536]
            let second = table[Int(state >> 16 & 0xFF) + 1_280] ^ table[Int(state >> 24) + 1_024]
            let third = table[Int(span[index + 4]) + 768] ^ table[Int(span[index + 5]) + 512]
            let fourth = table[Int(span[index + 6]) + 256] ^ table[Int(span[index + 7])]
            state = first ^ second ^ third ^ fourth
            index += 8
        }
        while index < span.count {
            state = table[Int((state ^ UInt32(span[index])) & 0xFF)] ^ state >> 8
            index += 1
        }
        self.state = state
    }

    /// The checksum of all bytes added.
    var value: UInt32 { ~self.state }

    /// The checksum as headers carry it: base64 of four bytes, the highest first.
    var base64: String {
        let value = self.value
        return Data([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }).base64EncodedString()
    }

    /// Eight tables of 256: table `k` is the effect of a byte followed by `k` zero bytes.
    private static let table: [UInt32] = {
        var table: [UInt32] = []
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
            table.append(value)
        }
        for index in 256..<2_048 {
            let earlier = table[index - 256]
            table.append(table[Int(earlier & 0xFF)] ^ earlier >> 8)
        }
        return table
    }()
}
