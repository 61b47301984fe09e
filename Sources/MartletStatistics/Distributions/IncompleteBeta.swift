import Foundation

/// The regularised incomplete beta function `I_x(a, b)` and its complement.
///
/// - Source: A. R. DiDonato, A. H. Morris, "Algorithm 708: significant digit computation of the incomplete beta function
///   ratios", 1992 (the even part of the continued fraction, their section on BFRAC), evaluated by Lentz's method.
enum IncompleteBeta {
    /// The natural logarithm of `I_x(a, b)` (lower) or `1 - I_x(a, b)` (upper).
    ///
    /// `complement` is `1 - x` with all its digits.
    static func logTail(
        _ tail: Tail,
        _ first: Double,
        _ second: Double,
        at value: Double,
        complement: Double
    ) -> Double {
        if value <= 0 { return tail == .lower ? -.infinity : 0 }
        if complement <= 0 { return tail == .lower ? 0 : -.infinity }
        let isBelowMean = first * complement >= second * value
        let direct =
            isBelowMean
            ? Self.logFraction(first, second, value, complement) : Self.logFraction(second, first, complement, value)
        if isBelowMean == (tail == .lower) { return min(direct, 0) }
        return log1p(-min(exp(direct), 1))
    }

    static func tail(_ tail: Tail, _ first: Double, _ second: Double, at value: Double, complement: Double) -> Double {
        if value <= 0 { return tail == .lower ? 0 : 1 }
        if complement <= 0 { return tail == .lower ? 1 : 0 }
        let isBelowMean = first * complement >= second * value
        let direct =
            isBelowMean
            ? Self.logFraction(first, second, value, complement) : Self.logFraction(second, first, complement, value)
        let probability = min(exp(direct), 1)
        return isBelowMean == (tail == .lower) ? probability : 1 - probability
    }

    /// `log I_x(a, b)` for `x` at most the mean `a / (a + b)`.
    private static func logFraction(
        _ first: Double,
        _ second: Double,
        _ value: Double,
        _ complement: Double
    ) -> Double {
        let kernel = SaddlePoint.logBetaKernel(first, second, at: value, complement: complement)
        let drift = first * complement - second * value + 1
        var denominator = first * drift / (first + 1)
        var upper = denominator
        var lower = 0.0
        var fraction = denominator
        for step in 1..<100_000_000 {
            let order = Double(step)
            let place = first + 2 * order - 1
            let numerator =
                (first + order - 1) / place * ((first + second + order - 1) / place) * order * (second - order)
                * (value * value)
            denominator =
                order + order * (second - order) * value / place
                + (first + order) * (drift + order * (1 + complement)) / (place + 2)
            upper = denominator + numerator / upper
            lower = denominator + numerator * lower
            if upper == 0 { upper = 1e-300 }
            if lower == 0 { lower = 1e-300 }
            lower = 1 / lower
            let factor = upper * lower
            fraction *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        return kernel - log(fraction)
    }
}
