import Foundation

/// A seeded generator: the same simulation every time.
///
/// - Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", 2021 (xoshiro256**).
struct Generator: RandomNumberGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var word = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            word ^= word << 13
            word ^= word >> 7
            word ^= word << 17
            return word &* 0x2545_F491_4F6C_DD1D
        }
        self.state = (next(), next(), next(), next())
    }

    mutating func next() -> UInt64 {
        let product = self.state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = self.state.1 << 17
        self.state.2 ^= self.state.0
        self.state.3 ^= self.state.1
        self.state.1 ^= self.state.2
        self.state.0 ^= self.state.3
        self.state.2 ^= shifted
        self.state.3 = self.state.3 << 45 | self.state.3 >> 19
        return result
    }

    /// Uniform on 0..<1.
    mutating func unit() -> Double { Double(self.next() >> 11) * 0x1p-53 }

    /// Standard normal, by Box and Muller's transform.
    mutating func normal() -> Double {
        (-2 * log(1 - self.unit())).squareRoot() * cos(2 * Double.pi * self.unit())
    }
}
