import Foundation

/// The evidence of a run of zeros and ones against a rate: a mixture of likelihood ratios over the other rates.
///
/// Each ratio `(p/θ)ˢ ((1-p)/(1-θ))ᶠ` with `p < θ` has an expectation of at most one under every rate of θ or more, and
/// with `p > θ` under every rate of θ or less; so has their mixture. By Ville's inequality it ever reaches `1/α` with
/// probability at most α.
///
/// - Source: J. Ville, 1939; truncating the beta mixture at the threshold makes it one-sided.
enum RateMixture {
    /// Against the rate, from both sides.
    case whole
    /// Against this rate and every greater one: evidence that the rate is below.
    case below
    /// Against this rate and every smaller one: evidence that the rate is above.
    case above

    /// Jeffreys' prior: half a success and half a failure.
    private static let prior = 0.5

    /// The natural logarithm of the mixture's value; counts may be fractions.
    func logEvidence(_ ones: Double, _ zeros: Double, against rate: Double) -> Double {
        let (first, second) = (Self.prior + ones, Self.prior + zeros)
        let likelihood = ones * log(rate) + zeros * log1p(-rate)
        let whole =
            SaddlePoint.logBeta(first, second) - SaddlePoint.logBeta(Self.prior, Self.prior) - likelihood
        switch self {
        case .whole: return whole
        case .below: return whole + Self.logPart(.lower, first, second, rate)
        case .above: return whole + Self.logPart(.upper, first, second, rate)
        }
    }

    private static func logPart(_ tail: Tail, _ first: Double, _ second: Double, _ rate: Double) -> Double {
        IncompleteBeta.logTail(tail, first, second, at: rate, complement: 1 - rate)
            - IncompleteBeta.logTail(tail, Self.prior, Self.prior, at: rate, complement: 1 - rate)
    }
}
