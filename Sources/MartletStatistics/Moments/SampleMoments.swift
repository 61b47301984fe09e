/// Count, mean and spread of a sample, one value at a time.
///
/// Values may be added in any order and parts merged; the result is that of the whole to within rounding. Non-finite
/// values must be kept out by the caller.
///
/// - Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
///   variances", 1979.
package struct SampleMoments: Sendable, Hashable, Codable {
    /// How many values.
    package private(set) var count: Int
    /// Their mean; 0 when there are none.
    package private(set) var mean: Double
    /// The sum of squared distances from the mean.
    package private(set) var squaredDeviations: Double

    /// No values.
    package init() { (self.count, self.mean, self.squaredDeviations) = (0, 0, 0) }

    /// Moments that were computed elsewhere.
    package init(count: Int, mean: Double, squaredDeviations: Double) {
        self.count = count
        self.mean = mean
        self.squaredDeviations = max(squaredDeviations, 0)
    }

    /// The moments of `values`.
    package init(_ values: some Sequence<Double>) {
        self.init()
        for value in values { self.add(value) }
    }

    /// Takes one value in.
    package mutating func add(_ value: Double) {
        self.count += 1
        let distance = value - self.mean
        self.mean += distance / Double(self.count)
        self.squaredDeviations += distance * (value - self.mean)
    }

    /// Takes one value out that was added before.
    package mutating func remove(_ value: Double) {
        guard self.count > 1 else {
            self = SampleMoments()
            return
        }
        let distance = value - self.mean
        self.count -= 1
        self.mean -= distance / Double(self.count)
        self.squaredDeviations = max(self.squaredDeviations - distance * (value - self.mean), 0)
    }

    /// Changes one value that was added before: a unit whose outcome came late.
    package mutating func replace(_ old: Double, with new: Double) {
        guard self.count > 0, old != new else { return }
        let mean = self.mean
        self.mean += (new - old) / Double(self.count)
        self.squaredDeviations = max(self.squaredDeviations + (new - old) * (new - self.mean + old - mean), 0)
    }

    /// Takes in all values of `other`.
    package mutating func merge(_ other: SampleMoments) {
        guard other.count > 0 else { return }
        guard self.count > 0 else {
            self = other
            return
        }
        let (ours, theirs) = (Double(self.count), Double(other.count))
        let distance = other.mean - self.mean
        self.count += other.count
        self.mean += distance * theirs / (ours + theirs)
        self.squaredDeviations += other.squaredDeviations + distance * distance * ours * theirs / (ours + theirs)
    }

    /// The sum of the values.
    package var sum: Double { self.mean * Double(self.count) }

    /// The unbiased variance, over `count - 1`; 0 for fewer than two values.
    package var variance: Double { self.count > 1 ? self.squaredDeviations / Double(self.count - 1) : 0 }

    /// The square root of ``variance``.
    package var standardDeviation: Double { self.variance.squareRoot() }

    /// The standard error of the mean; 0 for fewer than two values.
    package var standardError: Double { self.count > 1 ? (self.variance / Double(self.count)).squareRoot() : 0 }
}
