package import MartletCore

/// One record of the prediction log, read back.
package struct LoggedPrediction: Sendable, Hashable, Codable {
    /// One input of a request, with all its model saw.
    package struct Input: Sendable, Hashable, Codable {
        /// The join keys as sent.
        package let entities: [String: JSONValue]
        /// The value of every model column as the model got it.
        package let features: [String: JSONValue]
        /// The status of the looked-up features that were not `PRESENT`.
        package let statuses: [String: String]
        /// The event time of each view's row that was found.
        package let eventTimes: [String: EventTime]

        private enum CodingKeys: String, CodingKey {
            case entities, features, statuses
            case eventTimes = "event_times"
        }
    }

    package let requestID: String
    package let time: EventTime
    package let endpoint: String
    /// The model's name; `nil` when the request never reached one.
    package let model: String?
    package let version: Int?
    /// The variant that answered; `nil` in records from before there were any.
    package let variant: String?
    /// Who the request was for.
    package let unit: String?
    /// The release or experiment that set the endpoint's traffic.
    package let release: String?
    /// The variant that the unit belongs to, when another one answered for it.
    package let insteadOf: String?
    /// Whether the variant scored beside and answered nobody; `nil` is no.
    package let shadow: Bool?
    /// `answered` or `refused`.
    package let status: String
    package let latencyMicroseconds: Int64
    package let errorCode: String?
    package let errorField: String?
    /// One prediction for each input; `nil` when refused.
    package let predictions: [Double?]?
    package let inputs: [Input]?

    private enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case time, endpoint, model, version, variant, unit, release, shadow, status, predictions, inputs
        case insteadOf = "instead_of"
        case latencyMicroseconds = "latency_us"
        case errorCode = "error_code"
        case errorField = "error_field"
    }
}
