package import MartletCore
import Synchronization

/// Names requests: 26 characters that sort by time and are never given twice.
///
/// 48 bits of milliseconds, then 16 bits that name the process and 64 bits that are a bijective mix of a counter, in
/// Crockford's base 32. Costs an atomic addition and no system call.
package final class RequestIDGenerator: Sendable {
    private let seed: UInt64
    private let process: UInt64
    private let counter = Atomic<UInt64>(0)

    /// Starts a sequence; two processes need different seeds.
    package init(seed: UInt64) {
        self.seed = Self.mix(seed)
        self.process = Self.mix(~seed) & 0xFFFF
    }

    /// The next name, at the time `now`.
    package func next(at now: EventTime) -> String {
        let count = self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        let low = Self.mix(self.seed &+ count &* 0x9E37_79B9_7F4A_7C15)
        let high = UInt64(clamping: now.microseconds / 1_000) << 16 | self.process
        var digits: [UInt8] = []
        digits.reserveCapacity(26)
        for position in 0..<26 {
            let shift = (25 - position) * 5
            var bits = shift < 64 ? low >> UInt64(shift) : 0
            if shift >= 64 {
                bits = high >> UInt64(shift - 64)
            } else if shift > 59 {
                bits |= high << UInt64(64 - shift)
            }
            digits.append(Self.alphabet[Int(bits & 31)])
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// A bijection on 64 bits that spreads neighbouring values.
    ///
    /// - Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix64).
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
}
