import MartletCore
import MartletFeatures
import MartletTracking

/// Writes the one line that every request leaves in the prediction log.
struct PredictionRecordWriter {
    private var writer: JSONWriter

    /// Starts the record of request `requestID`.
    init(requestID: String, time: EventTime, endpoint: String, inputCount: Int) {
        self.writer = JSONWriter(capacity: 256 + 512 * inputCount)
        self.writer.raw("{\"request_id\":\"")
        self.writer.plain(requestID)
        self.writer.raw("\",\"time\":")
        self.writer.time(time)
        self.writer.raw(",\"endpoint\":")
        self.writer.string(endpoint)
    }

    /// Starts the record of `call`.
    init(_ call: Call) {
        self.init(requestID: call.requestID, time: call.now, endpoint: call.endpoint, inputCount: 1)
    }

    /// Names the variant and its model, and `unit` when it is known.
    ///
    /// `assigned` is the variant that the unit belongs to, when another one answered for it.
    mutating func name(
        _ served: ServedVariant,
        unit: String?,
        insteadOf assigned: ServedVariant? = nil,
        isShadow: Bool = false
    ) {
        self.writer.raw(",\"model\":")
        self.writer.string(served.model.version.model)
        self.writer.raw(",\"version\":")
        self.writer.integer(Int64(served.model.version.number))
        self.writer.raw(UInt8(ascii: ","))
        self.writer.raw(served.json)
        if let unit {
            self.writer.raw(",\"unit\":")
            self.writer.string(unit)
        }
        if let assigned {
            self.writer.raw(",\"instead_of\":")
            self.writer.string(assigned.variant.name)
        }
        if isShadow { self.writer.raw(",\"shadow\":true") }
    }

    /// Ends the record of an answered request.
    mutating func answered(
        _ scored: ScoredRequest,
        _ request: PredictionRequest,
        _ model: ServedModel,
        latencyMicroseconds: Int64
    ) -> [UInt8] {
        self.writer.raw(",\"status\":\"answered\",\"latency_us\":")
        self.writer.integer(latencyMicroseconds)
        self.writer.raw(",\"predictions\":[")
        for (index, score) in scored.scores.enumerated() {
            if index > 0 { self.writer.raw(UInt8(ascii: ",")) }
            self.writer.number(score)
        }
        self.writer.raw("],\"inputs\":[")
        for input in 0..<request.inputCount {
            if input > 0 { self.writer.raw(UInt8(ascii: ",")) }
            self.input(input, scored, request, model.plan)
        }
        self.writer.raw("]}\n")
        return self.writer.bytes
    }

    /// Ends the record of a refused request.
    mutating func refused(_ error: ServingError, latencyMicroseconds: Int64) -> [UInt8] {
        self.writer.raw(",\"status\":\"refused\",\"latency_us\":")
        self.writer.integer(latencyMicroseconds)
        self.writer.raw(",\"error_code\":")
        self.writer.string(error.code.description)
        if let field = error.field {
            self.writer.raw(",\"error_field\":")
            self.writer.string(field)
        }
        self.writer.raw("}\n")
        return self.writer.bytes
    }

    private mutating func input(
        _ input: Int,
        _ scored: ScoredRequest,
        _ request: PredictionRequest,
        _ plan: InputPlan
    ) {
        self.writer.raw("{\"entities\":{")
        for (position, key) in plan.keys.enumerated() {
            if position > 0 { self.writer.raw(UInt8(ascii: ",")) }
            self.writer.raw(key.jsonKey)
            self.writer.value(request.keys[input * plan.keys.count + position])
        }
        self.writer.raw("},\"features\":{")
        let first = input * plan.slots.count
        for (position, slot) in plan.slots.enumerated() {
            if position > 0 { self.writer.raw(UInt8(ascii: ",")) }
            self.writer.raw(slot.jsonKey)
            self.writer.value(scored.values[first + position])
        }
        self.writer.raw("},\"statuses\":{")
        var isFirst = true
        for (position, slot) in plan.slots.enumerated() {
            guard let status = scored.statuses[first + position], status != .present else { continue }
            if !isFirst { self.writer.raw(UInt8(ascii: ",")) }
            isFirst = false
            self.writer.raw(slot.jsonKey)
            self.writer.string(status.rawValue)
        }
        self.writer.raw("},\"event_times\":{")
        isFirst = true
        for (position, view) in plan.views.enumerated() {
            guard let eventTime = scored.eventTimes[input * plan.views.count + position] else { continue }
            if !isFirst { self.writer.raw(UInt8(ascii: ",")) }
            isFirst = false
            self.writer.raw(view.jsonKey)
            self.writer.time(eventTime)
        }
        self.writer.raw("}}")
    }
}
