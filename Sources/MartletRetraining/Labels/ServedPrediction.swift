package import MartletCore

/// The answer to one input of a request, as the prediction log has it.
package struct ServedPrediction: Sendable, Hashable {
    package var requestID: String
    /// The position of the input in its request.
    package var input: Int
    package var at: EventTime
    package var variant: String
    /// The release or experiment that set the traffic; `nil` without one.
    package var release: String?
    /// Who the request was for; `nil` when the caller named nobody.
    package var unit: String?
    /// The entity keys in the order of their names, joined by `|`; `nil` without any.
    package var entity: String?

    /// Describes an answer.
    package init(
        requestID: String,
        input: Int = 0,
        at moment: EventTime,
        variant: String = "live",
        release: String? = nil,
        unit: String? = nil,
        entity: String? = nil
    ) {
        self.requestID = requestID
        self.input = input
        self.at = moment
        self.variant = variant
        self.release = release
        self.unit = unit
        self.entity = entity
    }

    /// The text of an entity whose keys are `keys`, or `nil` without any.
    package static func entity(_ keys: [String: JSONValue]) -> String? {
        guard !keys.isEmpty else { return nil }
        return keys.sorted { $0.key < $1.key }
            .map { if case .string(let text) = $0.value { text } else { $0.value.canonicalText } }
            .joined(separator: "|")
    }
}

/// The label of one prediction.
package struct LabelledPrediction: Sendable, Hashable {
    package let requestID: String
    package let input: Int
    package let predictedAt: EventTime
    /// When the label could first be used.
    package let knownAt: EventTime
    package let label: Double
    /// The share of that day's units, under the same release, that the variant answered.
    package let propensity: Double
    /// Whether the prediction was seen and an action followed before the label was known.
    package let isInfluenced: Bool
}
