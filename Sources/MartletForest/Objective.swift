import Foundation

/// How a forest's raw sum becomes its prediction.
package enum Objective: Sendable, Hashable {
    /// The raw sum is the prediction: squared error, absolute error, quantile, Huber, ranking.
    case identity
    /// `1 / (1 + exp(−scale · raw))`: a probability.
    case sigmoid(scale: Double)
    /// `exp(raw)`: Poisson, gamma, Tweedie.
    case exponential
    /// `sign(raw) · raw²`: LightGBM's `reg_sqrt`.
    case signedSquare
    /// `ln(1 + exp(raw))`: LightGBM's `cross_entropy_lambda`.
    case softplus
    /// 1 when `raw` is positive, else 0: XGBoost's `binary:hinge`.
    case step

    /// Transforms `raw` in double precision, as LightGBM does.
    @inline(__always)
    func apply(_ raw: Double) -> Double {
        switch self {
        case .identity: raw
        case .sigmoid(let scale): 1 / (1 + exp(-scale * raw))
        case .exponential: exp(raw)
        case .signedSquare: (raw > 0 ? 1 : raw < 0 ? -1 : 0) * raw * raw
        case .softplus: log1p(exp(raw))
        case .step: raw > 0 ? 1 : 0
        }
    }

    /// Transforms `raw` in single precision, as XGBoost does.
    @inline(__always)
    func apply(_ raw: Float) -> Float {
        switch self {
        case .identity: raw
        // XGBoost limits the exponent so that exp stays finite.
        case .sigmoid: 1 / (exp(min(-raw, 88.7)) + 1)
        case .exponential: exp(raw)
        case .signedSquare: (raw > 0 ? 1 : raw < 0 ? -1 : 0) * raw * raw
        case .softplus: log1p(exp(raw))
        case .step: raw > 0 ? 1 : 0
        }
    }
}
