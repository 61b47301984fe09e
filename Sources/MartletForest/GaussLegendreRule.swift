import Foundation

/// Gauss–Legendre quadrature on [0, 1] in groups of four points.
///
/// With `n` points the rule integrates every polynomial of degree up to `2n − 1` exactly.
struct GaussLegendreRule: Sendable {
    /// Four points and their weights.
    struct Group: Sendable {
        let points: SIMD4<Double>
        let weights: SIMD4<Double>
    }

    let groups: [Group]

    /// How many groups integrate a polynomial of `degree` exactly, at most 16.
    ///
    /// 64 points are exact up to degree 127; beyond, for the products of straight lines that explanations integrate,
    /// the remainder stays below double precision up to several hundred.
    static func groupCount(degree: Int) -> Int { min(max(degree, 0) / 8 + 1, 16) }

    /// Computes the rule with `4 · groupCount` points.
    ///
    /// - Source: Newton's iteration on the three-term recurrence of the Legendre polynomials; W. H. Press and others,
    ///   "Numerical Recipes", third edition, section 4.6.
    init(groupCount: Int) {
        let count = groupCount * 4
        var points: [Double] = []
        var weights: [Double] = []
        for index in 0..<count {
            var root = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 1.0
            for _ in 0..<8 {
                let polynomial = Self.legendre(degree: count, at: root)
                slope = Double(count) * (root * polynomial.value - polynomial.previous) / (root * root - 1)
                root -= polynomial.value / slope
            }
            let polynomial = Self.legendre(degree: count, at: root)
            slope = Double(count) * (root * polynomial.value - polynomial.previous) / (root * root - 1)
            points.append((1 - root) / 2)
            weights.append(1 / ((1 - root * root) * slope * slope))
        }
        self.groups = stride(from: 0, to: count, by: 4)
            .map { start in
                Group(points: SIMD4(points[start..<start + 4]), weights: SIMD4(weights[start..<start + 4]))
            }
    }

    private static func legendre(degree: Int, at place: Double) -> (value: Double, previous: Double) {
        var (value, previous) = (1.0, 0.0)
        for order in 0..<degree {
            let next = (Double(2 * order + 1) * place * value - Double(order) * previous) / Double(order + 1)
            (previous, value) = (value, next)
        }
        return (value, previous)
    }
}
