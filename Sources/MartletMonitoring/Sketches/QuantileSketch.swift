import Foundation

/// A summary of numbers that answers ranks and quantiles, of bounded size and mergeable.
///
/// Up to about three times ``capacity`` values are kept as they are, so that small samples are exact; after that a
/// rank is off by less than 0.4 % of the count with the default capacity (99 % of the time). Which values survive is
/// decided by the count alone, so equal input in equal order gives equal sketches.
///
/// - Source: Z. Karnin, K. Lang, E. Liberty, "Optimal quantile approximation in streams", 2016.
package struct QuantileSketch: Sendable, Hashable {
    /// The size of the largest level.
    package let capacity: Int
    /// How many values were added.
    package private(set) var count: Int
    /// The smallest value; infinity when there is none.
    package private(set) var minimum: Double
    /// The greatest value; minus infinity when there is none.
    package private(set) var maximum: Double
    /// Values of weight `2^level`, in no order.
    private var levels: [[Double]]
    private var limits: [Int]
    private var heldCount: Int
    private var heldLimit: Int

    /// The capacity unless another is asked for.
    package static let defaultCapacity = 1_024
    /// Levels shrink by this from the top down.
    private static let shrinkage = 2.0 / 3.0
    private static let smallestLevel = 64

    /// An empty sketch.
    ///
    /// - Precondition: `capacity` is at least 64.
    package init(capacity: Int = Self.defaultCapacity) {
        precondition(capacity >= Self.smallestLevel, "a sketch needs a capacity of at least 64")
        self.capacity = capacity
        self.count = 0
        (self.minimum, self.maximum) = (.infinity, -.infinity)
        self.levels = [[]]
        self.limits = []
        (self.heldCount, self.heldLimit) = (0, 0)
        self.setLimits()
    }

    /// The sketch of `values`; non-finite ones are left out.
    package init(_ values: some Sequence<Double>, capacity: Int = Self.defaultCapacity) {
        self.init(capacity: capacity)
        for value in values where value.isFinite { self.add(value) }
    }

    /// Takes one finite value in.
    package mutating func add(_ value: Double) {
        self.count += 1
        if value < self.minimum { self.minimum = value }
        if value > self.maximum { self.maximum = value }
        self.levels[0].append(value)
        self.heldCount += 1
        if self.heldCount >= self.heldLimit { self.compact() }
    }

    /// Takes in the finite ones of many values.
    package mutating func add(contentsOf values: ArraySlice<Double>) {
        for value in values where value.isFinite { self.add(value) }
    }

    /// Takes in all that `other` holds; the result is as exact as one sketch over both.
    package mutating func merge(_ other: QuantileSketch) {
        self.count += other.count
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        while self.levels.count < other.levels.count { self.levels.append([]) }
        for (level, values) in other.levels.enumerated() { self.levels[level].append(contentsOf: values) }
        self.heldCount = self.levels.reduce(0) { $0 + $1.count }
        self.setLimits()
        while self.heldCount >= self.heldLimit { self.compact() }
    }

    /// Whether every value is still held as it came.
    package var isExact: Bool { self.levels.count == 1 }

    /// The values held with their weights, in no order.
    var weighted: [(value: Double, weight: Double)] {
        var all: [(value: Double, weight: Double)] = []
        all.reserveCapacity(self.heldCount)
        for (level, values) in self.levels.enumerated() {
            let weight = Double(UInt64(1) << UInt64(level))
            for value in values { all.append((value, weight)) }
        }
        return all
    }

    /// Halves the lowest level that is full: of its sorted values every other one moves up with twice the weight.
    private mutating func compact() {
        guard let level = self.levels.indices.first(where: { self.levels[$0].count >= self.limits[$0] }) else { return }
        if level + 1 == self.levels.count {
            self.levels.append([])
            self.setLimits()
            if self.heldCount < self.heldLimit { return }
        }
        var values = self.levels[level]
        self.levels[level] = []
        values.sort()
        let hasOdd = !values.count.isMultiple(of: 2)
        let last = hasOdd ? values.count - 1 : values.count
        var index = self.isOdd(level) ? 1 : 0
        while index < last {
            self.levels[level + 1].append(values[index])
            index += 2
        }
        if hasOdd, let odd = values.last { self.levels[level].append(odd) }
        self.heldCount -= last / 2
    }

    /// Which half survives: as good as a coin, and the same for the same input.
    private func isOdd(_ level: Int) -> Bool {
        var mixed = UInt64(self.count) &+ UInt64(level) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ (mixed >> 31)) & 1 == 1
    }

    private mutating func setLimits() {
        let top = self.levels.count - 1
        self.limits = self.levels.indices.map { level in
            var size = Double(self.capacity)
            for _ in level..<top { size *= Self.shrinkage }
            return max(Self.smallestLevel, Int(size.rounded(.up)))
        }
        self.heldLimit = top == 0 ? 3 * self.capacity : self.limits.reduce(0, +)
        if top == 0 { self.limits[0] = self.heldLimit }
    }
}

extension QuantileSketch: Codable {
    private enum CodingKeys: String, CodingKey { case capacity, count, minimum, maximum, levels }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let capacity = try container.decode(Int.self, forKey: .capacity)
        let count = try container.decode(Int.self, forKey: .count)
        let levels = try container.decode([Data].self, forKey: .levels).map(Self.numbers)
        let weight = levels.enumerated().reduce(0) { $0 + ($1.element.count << min($1.offset, 40)) }
        guard capacity >= Self.smallestLevel, !levels.isEmpty, levels.count < 40, weight == count,
            levels.allSatisfy({ $0.allSatisfy(\.isFinite) })
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a quantile sketch")
            )
        }
        self.init(capacity: capacity)
        self.count = count
        self.minimum = try container.decodeIfPresent(Double.self, forKey: .minimum) ?? .infinity
        self.maximum = try container.decodeIfPresent(Double.self, forKey: .maximum) ?? -.infinity
        self.levels = levels
        self.heldCount = levels.reduce(0) { $0 + $1.count }
        self.setLimits()
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.capacity, forKey: .capacity)
        try container.encode(self.count, forKey: .count)
        if self.count > 0 {
            try container.encode(self.minimum, forKey: .minimum)
            try container.encode(self.maximum, forKey: .maximum)
        }
        try container.encode(self.levels.map(Self.data), forKey: .levels)
    }

    /// Doubles as little-endian bytes: a third of the size of their decimals.
    private static func data(_ numbers: [Double]) -> Data {
        var data = Data(capacity: numbers.count * 8)
        for number in numbers {
            var bits = number.bitPattern
            for _ in 0..<8 {
                data.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
            }
        }
        return data
    }

    private static func numbers(_ data: Data) -> [Double] {
        let bytes = Array(data)
        return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8)
            .map { start in
                var bits: UInt64 = 0
                for offset in (0..<8).reversed() { bits = bits << 8 | UInt64(bytes[start + offset]) }
                return Double(bitPattern: bits)
            }
    }
}
