import Foundation

/// The standard normal distribution.
package enum NormalDistribution {
    /// The probability of a tail at `value`, exact into the far tail.
    package static func probability(_ tail: Tail, at value: Double) -> Double {
        0.5 * erfc((tail == .lower ? -value : value) / 2.0.squareRoot())
    }

    /// The density at `value`.
    package static func density(at value: Double) -> Double { exp(-0.5 * value * value) / (2 * Double.pi).squareRoot() }

    /// The point that `probability` of the distribution lies below (or above, for the upper tail).
    ///
    /// `-∞` and `∞` at probabilities 0 and 1; NaN outside 0…1.
    /// - Source: first guess by M. Abramowitz, I. Stegun, 26.2.23; then Halley's method on the tail itself.
    package static func quantile(_ tail: Tail = .lower, probability: Double) -> Double {
        guard (0...1).contains(probability) else { return .nan }
        if probability > 0.5 { return Self.lowerQuantile(1 - probability) * (tail == .lower ? -1 : 1) }
        return Self.lowerQuantile(probability) * (tail == .lower ? 1 : -1)
    }

    private static func lowerQuantile(_ probability: Double) -> Double {
        if probability == 0 { return -.infinity }
        if probability == 0.5 { return 0 }
        let root = (-2 * log(probability)).squareRoot()
        let top = 2.515517 + root * (0.802853 + root * 0.010328)
        let bottom = 1 + root * (1.432788 + root * (0.189269 + root * 0.001308))
        var point = top / bottom - root
        for _ in 0..<4 {
            let density = Self.density(at: point)
            guard density > 0 else { break }
            let step = (Self.probability(.lower, at: point) - probability) / density
            point -= step / (1 + point * step / 2)
        }
        return point
    }
}
