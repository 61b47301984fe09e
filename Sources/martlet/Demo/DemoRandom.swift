import Foundation

/// The seeded source of chance of the generated data: equal seeds give equal files.
///
/// - Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix64);
///   G. Box, M. Muller, "A note on the generation of random normal deviates", 1958.
struct DemoRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `[0, 1)`.
    mutating func unit() -> Double { Double(self.next() >> 11) / 9_007_199_254_740_992 }

    /// A number in `[low, high)`.
    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * self.unit() }

    /// A whole number in `range`.
    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(self.unit() * Double(range.count))
    }

    /// A normally distributed number around `mean`.
    mutating func normal(_ mean: Double = 0, _ deviation: Double) -> Double {
        let radius = (-2 * log(1 - self.unit())).squareRoot()
        return mean + deviation * radius * cos(2 * .pi * self.unit())
    }

    /// Whether an event of this probability happens.
    mutating func happens(_ probability: Double) -> Bool { self.unit() < probability }

    /// One of `items`.
    ///
    /// - Precondition: `items` is not empty.
    mutating func pick<Item>(_ items: [Item]) -> Item { items[self.whole(0...(items.count - 1))] }
}
