import Foundation

/// The regularised incomplete gamma functions `P(a, x)` and `Q(a, x)`.
///
/// - Source: NIST Digital Library of Mathematical Functions, 8.11.4 (series) and 8.9.2 (continued fraction, evaluated by
///   Lentz's method).
enum IncompleteGamma {
    /// The natural logarithm of a tail; `-∞` where the tail is empty.
    static func logTail(_ tail: Tail, shape: Double, at value: Double) -> Double {
        if value <= 0 { return tail == .lower ? -.infinity : 0 }
        if value == .infinity { return tail == .lower ? 0 : -.infinity }
        let kernel = SaddlePoint.logGammaKernel(shape: shape, at: value)
        let isSeries = value < shape + 1
        let direct = kernel + log(isSeries ? Self.series(shape, value) : Self.fraction(shape, value))
        if isSeries == (tail == .lower) { return min(direct, 0) }
        return log1p(-min(exp(direct), 1))
    }

    static func tail(_ tail: Tail, shape: Double, at value: Double) -> Double {
        if value <= 0 { return tail == .lower ? 0 : 1 }
        if value == .infinity { return tail == .lower ? 1 : 0 }
        let kernel = exp(SaddlePoint.logGammaKernel(shape: shape, at: value))
        let isSeries = value < shape + 1
        let direct = min(kernel * (isSeries ? Self.series(shape, value) : Self.fraction(shape, value)), 1)
        return isSeries == (tail == .lower) ? direct : 1 - direct
    }

    private static func series(_ shape: Double, _ value: Double) -> Double {
        var term = 1 / shape
        var sum = term
        var order = shape
        while term > sum * 1e-17 {
            order += 1
            term *= value / order
            sum += term
        }
        return sum
    }

    private static func fraction(_ shape: Double, _ value: Double) -> Double {
        var denominator = value + 1 - shape
        var upper = Double.greatestFiniteMagnitude
        var lower = 1 / denominator
        var result = lower
        for step in 1..<100_000_000 {
            let numerator = -Double(step) * (Double(step) - shape)
            denominator += 2
            lower = numerator * lower + denominator
            upper = denominator + numerator / upper
            if lower == 0 { lower = 1e-300 }
            if upper == 0 { upper = 1e-300 }
            lower = 1 / lower
            let factor = lower * upper
            result *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        return result
    }
}
