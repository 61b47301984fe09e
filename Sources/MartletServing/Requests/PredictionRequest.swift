import MartletCore

/// A request's body, read for one model: flat rows of what was sent, no tree.
struct PredictionRequest {
    /// SHAP contributions are asked for.
    var explain = false
    /// The features used, with status and age, are asked for.
    var includeFeatures = false
    /// An entity without any row is scored with what is known instead of refused.
    var allowUnknownEntities = false
    /// Who the predictions are for: what decides on the variant.
    var unit: String?
    var inputCount = 0
    /// The join keys, `inputCount` rows in the order of the plan's keys; null is not sent.
    var keys: [Value] = []
    /// The request features, `inputCount` rows in the order of the plan's request slots; null is not sent.
    var values: [Value] = []
}
