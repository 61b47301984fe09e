import Foundation

/// Student's t distribution.
package struct StudentTDistribution: Sendable, Hashable {
    /// Degrees of freedom; positive, not always whole (Welch's are not).
    package let degreesOfFreedom: Double

    /// The distribution with `degreesOfFreedom`.
    ///
    /// - Precondition: positive.
    package init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "a t distribution has positive degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The probability of a tail at `value`, exact into the far tail.
    package func probability(_ tail: Tail, at value: Double) -> Double {
        let outer = self.outerTail(at: abs(value))
        return (value >= 0) == (tail == .upper) ? outer : 1 - outer
    }

    /// The density at `value`.
    package func density(at value: Double) -> Double {
        let degrees = self.degreesOfFreedom
        let logConstant = -0.5 * log(degrees) - SaddlePoint.logBeta(0.5, degrees / 2)
        return exp(logConstant - (degrees + 1) / 2 * log1p(value * value / degrees))
    }

    /// The point that `probability` of the distribution lies below (or above, for the upper tail).
    ///
    /// NaN outside 0…1.
    package func quantile(_ tail: Tail = .lower, probability: Double) -> Double {
        guard (0...1).contains(probability) else { return .nan }
        let isLarge = probability > 0.5
        let outer = self.outerQuantile(isLarge ? 1 - probability : probability)
        return (tail == .upper) != isLarge ? outer : -outer
    }

    /// `P(T > t)` for `t ≥ 0`.
    private func outerTail(at value: Double) -> Double {
        let degrees = self.degreesOfFreedom
        let square = value * value
        let total = degrees + square
        if total == .infinity { return 0 }
        return 0.5
            * IncompleteBeta.tail(.lower, degrees / 2, 0.5, at: degrees / total, complement: square / total)
    }

    private func outerQuantile(_ probability: Double) -> Double {
        if probability == 0 { return .infinity }
        if probability == 0.5 { return 0 }
        let degrees = self.degreesOfFreedom
        // t² / ν has a beta distribution's odds: I over (½, ν/2).
        let root = TailRoot(tail: .upper, probability: 2 * probability) { tail, logOdds in
            let inverse = exp(-abs(logOdds))
            let (small, large) = (inverse / (1 + inverse), 1 / (1 + inverse))
            let (value, complement) = logOdds > 0 ? (large, small) : (small, large)
            return (
                IncompleteBeta.logTail(tail, 0.5, degrees / 2, at: value, complement: complement),
                SaddlePoint.logBetaKernel(0.5, degrees / 2, at: value, complement: complement)
            )
        }
        return (root.solve(from: -log(degrees)) * degrees).squareRoot()
    }
}
