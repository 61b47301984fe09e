/// A small generator whose numbers never change between releases, for splits, samples and the bootstrap.
///
/// - Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix64).
struct SeededGenerator {
    private var state: UInt64

    init(seed: Int) { self.state = UInt64(bitPattern: Int64(seed)) }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number in `0..<bound`; the bias of at most `bound / 2⁶⁴` is of no consequence here.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: self.next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// The numbers `0..<count` in random order (Fisher–Yates, from the end).
    mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(index, self.below(index + 1))
        }
        return order
    }
}
