import MartletCore
import Synchronization

/// Where the identifiers of jobs, releases and requests come from: the system's chance, or a seed.
struct IdentifierSource: Sendable {
    private let draw: @Sendable () -> UInt64

    /// The system's chance.
    static let system = IdentifierSource { UInt64.random(in: .min ... .max) }

    private init(_ draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

    /// The same identifiers in the same order for the same seed.
    init(seed: UInt64) {
        let random = SharedRandom(seed: seed)
        self.init { random.next() }
    }

    /// A new identifier: a letter and ten hexadecimal digits.
    func next(_ letter: String) -> String {
        let digits = String(self.draw(), radix: 16)
        return letter + (String(repeating: "0", count: 16 - digits.count) + digits).prefix(10)
    }

    /// A number from 0 up to 1.
    func fraction() -> Double { Double(self.draw() >> 11) / 9_007_199_254_740_992 }

    /// The seed of another sequence.
    func seed() -> UInt64 { self.draw() }
}

/// A seeded source of chance that several tasks draw from.
final class SharedRandom: Sendable {
    private let random: Mutex<DemoRandom>

    init(seed: UInt64) { self.random = Mutex(DemoRandom(seed: seed)) }

    /// The next number.
    func next() -> UInt64 { self.random.withLock { $0.next() } }

    /// The next number in `[0, 1)`.
    func unit() -> Double { self.random.withLock { $0.unit() } }
}
