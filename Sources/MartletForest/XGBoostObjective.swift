import Foundation

/// What an XGBoost objective does to raw sums and to the base score.
struct XGBoostObjective {
    /// How a base score, given in the prediction's unit, becomes the start of the sum.
    enum Link { case identity, logit, logarithm }

    let transform: Objective
    let link: Link

    /// Returns the start of the sum, in single precision as XGBoost computes it.
    func margin(_ baseScore: Float) -> Float {
        switch self.link {
        case .identity: baseScore
        case .logit: -log(1 / baseScore - 1)
        case .logarithm: log(baseScore)
        }
    }
}

extension Forest {
    static func xgBoostObjective(_ name: String) throws(ForestError) -> XGBoostObjective {
        switch name {
        case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:absoluteerror", "reg:pseudohubererror",
            "reg:quantileerror", "binary:logitraw", "rank:ndcg", "rank:pairwise", "rank:map":
            return XGBoostObjective(transform: .identity, link: .identity)
        case "reg:logistic", "binary:logistic":
            return XGBoostObjective(transform: .sigmoid(scale: 1), link: .logit)
        case "binary:hinge": return XGBoostObjective(transform: .step, link: .identity)
        case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
            return XGBoostObjective(transform: .exponential, link: .logarithm)
        default:
            throw .unsupported(
                "The XGBoost model has objective '\(name)', which is not supported; "
                    + "train a regression, binary, count or ranking model with one output."
            )
        }
    }
}
