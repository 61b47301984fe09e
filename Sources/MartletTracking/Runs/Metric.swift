package import MartletCore

/// One measured point of a run.
///
/// A run holds each point once: key, value, time and step together name it, so that a client which sends a batch again
/// changes nothing. A point with a ``modelID`` is kept at the logged model too, with the data set; the run's own points
/// say neither. `NaN` and the infinities are values like others.
package struct Metric: Sendable, Codable {
    package var key: String
    package var value: Double
    package var timestamp: EventTime
    package var step: Int64
    /// The logged model it was measured on, when the client said so.
    package var modelID: String?
    /// The data set it was measured with, when the client said so.
    package var dataset: DatasetReference?

    /// Measures `key` at `step`.
    package init(
        _ key: String,
        _ value: Double,
        at timestamp: EventTime,
        step: Int64 = 0,
        modelID: String? = nil,
        dataset: DatasetReference? = nil
    ) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
        self.modelID = modelID
        self.dataset = dataset
    }

    /// Whether this point stands for the run's latest value of the key rather than `other`.
    ///
    /// The later step wins, then the later time, then the larger value; `NaN` is smaller than every number.
    package func isLater(than other: Metric) -> Bool {
        if self.step != other.step { return self.step > other.step }
        if self.timestamp != other.timestamp { return self.timestamp > other.timestamp }
        if other.value.isNaN { return !self.value.isNaN }
        return self.value > other.value
    }
}

extension Metric: Hashable {
    /// Equal when every part is, with `NaN` equal to `NaN`.
    package static func == (lhs: Metric, rhs: Metric) -> Bool {
        lhs.key == rhs.key && lhs.step == rhs.step && lhs.timestamp == rhs.timestamp
            && (lhs.value == rhs.value || lhs.value.isNaN && rhs.value.isNaN)
            && lhs.modelID == rhs.modelID && lhs.dataset == rhs.dataset
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.key)
        hasher.combine(self.step)
        hasher.combine(self.timestamp)
        hasher.combine(self.value.isNaN ? 0 : self.value)
        hasher.combine(self.modelID)
        hasher.combine(self.dataset)
    }

    private enum CodingKeys: String, CodingKey { case key, value, timestamp, step, modelID, dataset }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.key = try container.decode(String.self, forKey: .key)
        self.timestamp = try container.decode(EventTime.self, forKey: .timestamp)
        self.step = try container.decode(Int64.self, forKey: .step)
        self.modelID = try container.decodeIfPresent(String.self, forKey: .modelID)
        self.dataset = try container.decodeIfPresent(DatasetReference.self, forKey: .dataset)
        self.value =
            switch try container.decode(JSONValue.self, forKey: .value) {
            case .number(let number): number
            case .integer(let number): Double(number)
            case .string("NaN"): .nan
            case .string("Infinity"): .infinity
            case .string("-Infinity"): -.infinity
            default:
                throw DecodingError.dataCorruptedError(
                    forKey: .value,
                    in: container,
                    debugDescription: "not a number"
                )
            }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.key, forKey: .key)
        try container.encode(JSONValue.number(self.value), forKey: .value)
        try container.encode(self.timestamp, forKey: .timestamp)
        try container.encode(self.step, forKey: .step)
        try container.encodeIfPresent(self.modelID, forKey: .modelID)
        try container.encodeIfPresent(self.dataset, forKey: .dataset)
    }
}
