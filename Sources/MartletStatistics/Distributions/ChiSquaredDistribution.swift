import Foundation

/// The χ² distribution.
package struct ChiSquaredDistribution: Sendable, Hashable {
    /// How many squared standard normals are added; positive, not always whole.
    package let degreesOfFreedom: Double

    /// The distribution with `degreesOfFreedom`.
    ///
    /// - Precondition: positive.
    package init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "a χ² distribution has positive degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The probability of a tail at `value`.
    package func probability(_ tail: Tail, at value: Double) -> Double {
        IncompleteGamma.tail(tail, shape: self.degreesOfFreedom / 2, at: value / 2)
    }

    /// The density at `value`.
    package func density(at value: Double) -> Double {
        guard value > 0 else { return 0 }
        return exp(SaddlePoint.logGammaKernel(shape: self.degreesOfFreedom / 2, at: value / 2)) / value
    }

    /// The point that `probability` of the distribution lies below (or above, for the upper tail).
    ///
    /// NaN outside 0…1.
    package func quantile(_ tail: Tail = .lower, probability: Double) -> Double {
        guard (0...1).contains(probability) else { return .nan }
        let shape = self.degreesOfFreedom / 2
        // Log of the tail against log of the point is concave in the lower tail and falls steeply in the upper one.
        let root = TailRoot(tail: tail, probability: probability) { tail, logPoint in
            let point = exp(logPoint)
            let logTail = IncompleteGamma.logTail(tail, shape: shape, at: point)
            let logSlope = SaddlePoint.logGammaKernel(shape: shape, at: point)
            return (logTail, logSlope)
        }
        return 2 * root.solve(from: log(shape))
    }
}
