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
        case time, endpoint, model, version, status, predictions, inputs
        case latencyMicroseconds = "latency_us"
        case errorCode = "error_code"
        case errorField = "error_field"
    }
}
