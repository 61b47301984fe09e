package import MartletCore

/// A prediction that a variant made in an experiment, as the prediction log has it.
package struct Exposure: Sendable, Hashable {
    package var requestID: String
    package var at: EventTime
    package var variant: String
    /// Who the prediction was for; the request itself when the caller named nobody.
    package var unit: String
    /// The entity the prediction is about, its keys in the order of their names, joined by `|`; `nil` without one.
    package var entity: String?
    /// What was predicted; `nil` for a request of several inputs, which no one outcome answers.
    package var prediction: Double?
    /// Whether the variant scored beside and the unit never saw it.
    package var isShadow: Bool
    /// Whether another variant should have answered and was taken out.
    package var isSubstitute: Bool

    /// Describes a prediction.
    package init(
        requestID: String,
        at moment: EventTime,
        variant: String,
        unit: String,
        entity: String? = nil,
        prediction: Double? = nil,
        isShadow: Bool = false,
        isSubstitute: Bool = false
    ) {
        self.requestID = requestID
        self.at = moment
        self.variant = variant
        self.unit = unit
        self.entity = entity
        self.prediction = prediction
        self.isShadow = isShadow
        self.isSubstitute = isSubstitute
    }
}
