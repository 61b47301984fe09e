import Foundation

/// The pieces of gamma and beta densities that keep their digits when the parameters are large.
///
/// A density written with `lgamma` subtracts numbers near a million to reach one near one. Written with the error of
/// Stirling's formula and the deviance, nothing large is ever subtracted.
///
/// - Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000.
enum SaddlePoint {
    /// Bernoulli numbers `B₂ₖ / (2k (2k - 1))`, the greatest `k` first.
    private static let stirlingTerms: [Double] = [
        1.0 / 156, -691.0 / 360_360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12,
    ]

    /// `log Γ(a) - [(a - ½) log a - a + ½ log 2π]` for `a > 0`.
    static func stirlingError(_ shape: Double) -> Double {
        if shape < 12 {
            // Γ(a) = Γ(a + 1) / a keeps a tiny shape within the range of numbers.
            let logGamma = shape < 1e-3 ? log(tgamma(shape + 1)) - log(shape) : log(tgamma(shape))
            return logGamma - ((shape - 0.5) * log(shape) - shape + 0.5 * log(2 * Double.pi))
        }
        let square = 1 / (shape * shape)
        return Self.stirlingTerms.reduce(0.0) { $0 * square + $1 } / shape
    }

    /// `log Γ(a)` for `a > 0`.
    static func logGamma(_ shape: Double) -> Double {
        if shape < 1e-3 { return log(tgamma(shape + 1)) - log(shape) }
        if shape < 12 { return log(tgamma(shape)) }
        return (shape - 0.5) * log(shape) - shape + 0.5 * log(2 * Double.pi) + Self.stirlingError(shape)
    }

    /// `log B(a, b)`.
    static func logBeta(_ first: Double, _ second: Double) -> Double {
        let sum = first + second
        if min(first, second) < 12 {
            let (small, large) = (min(first, second), max(first, second))
            if large < 12 { return Self.logGamma(small) + Self.logGamma(large) - Self.logGamma(sum) }
            // log Γ(b) - log Γ(a + b) by Stirling's formula, the large terms cancelled by hand.
            let difference =
                -(large - 0.5) * log1p(small / large) - small * log(sum) + small + Self.stirlingError(large)
                - Self.stirlingError(sum)
            return Self.logGamma(small) + difference
        }
        return 0.5 * log(2 * Double.pi) - 0.5 * log(second) + (first - 0.5) * log(first / sum)
            - second * log1p(first / second) + Self.stirlingError(first) + Self.stirlingError(second)
            - Self.stirlingError(sum)
    }

    /// `a log(a / m) + m - a`, half the deviance of a count `a` from its mean `m`.
    static func deviance(_ count: Double, mean: Double) -> Double {
        if count == 0 { return mean }
        let distance = (mean - count) / count
        if abs(distance) > 0.4 { return count * log(count / mean) + (mean - count) }
        return count * Self.excess(distance)
    }

    /// `x - log(1 + x)` with all its digits near zero.
    private static func excess(_ value: Double) -> Double {
        // log(1 + x) = 2 artanh(r) with r = x / (2 + x); so x - log(1 + x) = x·r - 2 (r³/3 + r⁵/5 + …).
        let ratio = value / (2 + value)
        let square = ratio * ratio
        var power = ratio * square
        var sum = 0.0
        var order = 3.0
        while abs(power) > abs(sum) * 1e-18 && order < 101 {
            sum += power / order
            power *= square
            order += 2
        }
        return value * ratio - 2 * sum
    }

    /// `log[xᵃ e⁻ˣ / Γ(a)]`.
    static func logGammaKernel(shape: Double, at value: Double) -> Double {
        0.5 * log(shape / (2 * Double.pi)) - Self.stirlingError(shape) - Self.deviance(shape, mean: value)
    }

    /// `log[xᵃ yᵇ / B(a, b)]`, where `y` is `1 - x` with all its digits.
    static func logBetaKernel(_ first: Double, _ second: Double, at value: Double, complement: Double) -> Double {
        let sum = first + second
        return 0.5 * log(first / (2 * Double.pi) * (second / sum)) + Self.stirlingError(sum)
            - Self.stirlingError(first) - Self.stirlingError(second)
            - Self.deviance(first, mean: sum * value) - Self.deviance(second, mean: sum * complement)
    }
}
