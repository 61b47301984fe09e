import Foundation

/// Exact bounds on a rate that hold at every look at once, from the first trial on.
///
/// The likelihood ratio of a beta mixture against each rate is a martingale at the true rate; the bounds are the rates
/// it does not contradict at level alpha. Nothing about it is asymptotic.
///
/// - Source: H. Robbins, "Statistical methods related to the law of the iterated logarithm", 1970; the beta-binomial
///   mixture of S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric, nonasymptotic
///   confidence sequences", 2021.
package struct RateSequence: Sendable, Hashable, Codable {
    /// The probability, over all looks together, that some interval misses the rate.
    package let alpha: Double

    /// Bounds at level `alpha`.
    package init(alpha: Double) {
        precondition(alpha > 0 && alpha < 1, "alpha lies between 0 and 1")
        self.alpha = alpha
    }

    /// Where the rate lies; 0…1 without a trial.
    package func interval(for count: BernoulliCount) -> ConfidenceInterval {
        let (ones, zeros) = (Double(count.successes), Double(count.failures))
        guard count.trials > 0 else { return ConfidenceInterval(lower: 0, upper: 1) }
        let rate = ones / (ones + zeros)
        let limit = -log(self.alpha)
        let evidence = { (place: Double) in RateMixture.whole.logEvidence(ones, zeros, against: place) }
        return ConfidenceInterval(
            lower: ones == 0 ? 0 : Bisection.edge(inside: rate, outside: 0) { evidence($0) >= limit },
            upper: zeros == 0 ? 1 : Bisection.edge(inside: rate, outside: 1) { evidence($0) >= limit }
        )
    }

    /// The always-valid p-value against a rate of `null`, strictly between 0 and 1.
    package func pValue(for count: BernoulliCount, against null: Double) -> Double {
        min(exp(-RateMixture.whole.logEvidence(Double(count.successes), Double(count.failures), against: null)), 1)
    }
}
