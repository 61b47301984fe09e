package import MartletCore

/// Finds the label of each prediction among the outcomes that came.
package enum OutcomeMatch {
    /// A prediction as it is joined.
    package struct Prediction: Sendable, Hashable {
        package let requestID: String
        package let at: EventTime
        /// The entity keys, joined by `|`; `nil` when the request named none.
        package let entity: String?

        /// Names a prediction.
        package init(requestID: String, at: EventTime, entity: String?) {
            self.requestID = requestID
            self.at = at
            self.entity = entity
        }
    }

    /// What came true, as it is joined.
    package struct Label: Sendable, Hashable {
        package let at: EventTime
        package let requestID: String?
        package let entity: String?
        package let value: Double

        /// Describes what came true.
        package init(at: EventTime, requestID: String?, entity: String?, value: Double) {
            self.at = at
            self.requestID = requestID
            self.entity = entity
            self.value = value
        }
    }

    /// The label of each prediction, in the order of the predictions.
    ///
    /// A label with a request answers that request. One with an entity alone answers every prediction for the entity that
    /// was made before it came true and has no label of its own, back to the label before. Of several for one prediction
    /// the one that arrived last wins.
    ///
    /// - Parameters:
    ///   - predictions: in any order.
    ///   - labels: in the order of arrival.
    /// - Returns: one label or `nil` for each prediction.
    package static func labels(of predictions: [Prediction], among labels: [Label]) -> [Label?] {
        var byRequest: [String: Label] = [:]
        var byEntity: [String: [EventTime: Label]] = [:]
        for label in labels {
            if let request = label.requestID {
                byRequest[request] = label
            } else if let entity = label.entity {
                byEntity[entity, default: [:]][label.at] = label
            }
        }
        let sorted = byEntity.mapValues { $0.values.sorted { $0.at < $1.at } }
        return predictions.map { prediction in
            if let label = byRequest[prediction.requestID] { return label }
            guard let entity = prediction.entity, let labels = sorted[entity] else { return nil }
            return labels.first { prediction.at <= $0.at }
        }
    }
}
