import Foundation

/// The beta distribution on 0…1.
package struct BetaDistribution: Sendable, Hashable {
    /// The weight of one: `a` in `xᵃ⁻¹ (1 - x)ᵇ⁻¹`.
    package let alpha: Double
    /// The weight of zero: `b`.
    package let beta: Double

    /// The distribution with weights `alpha` and `beta`.
    ///
    /// - Precondition: both positive.
    package init(alpha: Double, beta: Double) {
        precondition(alpha > 0 && beta > 0, "a beta distribution has positive parameters")
        self.alpha = alpha
        self.beta = beta
    }

    /// The mean, `a / (a + b)`.
    package var mean: Double { self.alpha / (self.alpha + self.beta) }

    /// The probability of a tail at `value`.
    package func probability(_ tail: Tail, at value: Double) -> Double {
        IncompleteBeta.tail(tail, self.alpha, self.beta, at: value, complement: 1 - value)
    }

    /// The natural logarithm of a tail's probability, finite where the probability itself is too small for a number.
    package func logProbability(_ tail: Tail, at value: Double) -> Double {
        IncompleteBeta.logTail(tail, self.alpha, self.beta, at: value, complement: 1 - value)
    }

    /// The density at `value`.
    package func density(at value: Double) -> Double {
        guard value > 0, value < 1 else { return 0 }
        let kernel = SaddlePoint.logBetaKernel(self.alpha, self.beta, at: value, complement: 1 - value)
        return exp(kernel) / (value * (1 - value))
    }

    /// The point that `probability` of the distribution lies below (or above, for the upper tail).
    ///
    /// NaN outside 0…1.
    package func quantile(_ tail: Tail = .lower, probability: Double) -> Double {
        guard (0...1).contains(probability) else { return .nan }
        // In terms of the odds x / (1 - x) neither end loses digits.
        let (first, second) = (self.alpha, self.beta)
        let root = TailRoot(tail: tail, probability: probability) { tail, logOdds in
            let (value, complement) = Self.point(logOdds: logOdds)
            let logTail = IncompleteBeta.logTail(tail, first, second, at: value, complement: complement)
            return (logTail, SaddlePoint.logBetaKernel(first, second, at: value, complement: complement))
        }
        let odds = root.solve(from: log(first / second))
        return odds == .infinity ? 1 : odds / (1 + odds)
    }

    private static func point(logOdds: Double) -> (value: Double, complement: Double) {
        if logOdds > 0 {
            let inverse = exp(-logOdds)
            return (1 / (1 + inverse), inverse / (1 + inverse))
        }
        let odds = exp(logOdds)
        return (odds / (1 + odds), 1 / (1 + odds))
    }
}
