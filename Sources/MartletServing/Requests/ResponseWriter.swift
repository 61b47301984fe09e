import MartletCore
import MartletFeatures

/// Writes the answer to a predict request.
enum ResponseWriter {
    /// The body of a 200: small unless features or explanations were asked for.
    static func write(
        _ scored: ScoredRequest,
        _ request: PredictionRequest,
        _ served: ServedVariant,
        requestID: String,
        endpoint: String,
        now: EventTime
    ) -> [UInt8] {
        let model = served.model
        let hasDetail = request.explain || request.includeFeatures
        var writer = JSONWriter(capacity: hasDetail ? 256 + 2_048 * request.inputCount : 256 + 64 * request.inputCount)
        writer.raw("{\"request_id\":\"")
        writer.plain(requestID)
        writer.raw("\",\"endpoint\":")
        writer.string(endpoint)
        writer.raw(UInt8(ascii: ","))
        writer.raw(model.modelJSON)
        writer.raw(UInt8(ascii: ","))
        writer.raw(served.json)
        if let unit = request.unit {
            writer.raw(",\"unit\":")
            writer.string(unit)
        }
        writer.raw(",\"predictions\":[")
        for input in 0..<request.inputCount {
            if input > 0 { writer.raw(UInt8(ascii: ",")) }
            writer.raw("{\"value\":")
            writer.number(scored.scores[input])
            if let answer = model.label(scored.scores[input]) {
                writer.raw(",\"label\":")
                writer.integer(answer.label)
                writer.raw(",\"threshold\":")
                writer.number(answer.threshold)
            }
            if hasDetail { Self.features(scored, input, model, now, &writer) }
            if request.explain { Self.explanation(scored, input, model, &writer) }
            writer.raw(UInt8(ascii: "}"))
        }
        writer.raw("]}")
        return writer.bytes
    }

    private static func features(
        _ scored: ScoredRequest,
        _ input: Int,
        _ model: ServedModel,
        _ now: EventTime,
        _ writer: inout JSONWriter
    ) {
        writer.raw(",\"features\":[")
        for (position, slot) in model.plan.slots.enumerated() {
            if position > 0 { writer.raw(UInt8(ascii: ",")) }
            let index = input * model.plan.slots.count + position
            writer.raw("{\"name\":")
            writer.string(slot.name)
            writer.raw(",\"value\":")
            writer.value(scored.values[index])
            writer.raw(",\"status\":\"")
            writer.plain(scored.statuses[index]?.rawValue ?? "REQUEST")
            writer.raw("\"")
            if case .feature(let view, _) = slot.source,
                let eventTime = scored.eventTimes[input * model.plan.views.count + view]
            {
                writer.raw(",\"event_time\":")
                writer.time(eventTime)
                writer.raw(",\"age_seconds\":")
                writer.number(TimeSpan(microseconds: now.microseconds - eventTime.microseconds).seconds)
            }
            writer.raw(UInt8(ascii: "}"))
        }
        writer.raw("]")
    }

    private static func explanation(
        _ scored: ScoredRequest,
        _ input: Int,
        _ model: ServedModel,
        _ writer: inout JSONWriter
    ) {
        let contributions = scored.contributions[input]
        writer.raw(",\"explanation\":{\"scale\":\"")
        writer.raw(model.scale)
        writer.raw("\",\"raw_score\":")
        writer.number(scored.rawScores[input])
        writer.raw(",\"base_value\":")
        writer.number(contributions.last ?? 0)
        writer.raw(",\"contributions\":[")
        for (position, slot) in model.plan.slots.enumerated() {
            if position > 0 { writer.raw(UInt8(ascii: ",")) }
            writer.raw("{\"feature\":")
            writer.string(slot.name)
            writer.raw(",\"value\":")
            writer.number(contributions[position])
            writer.raw(UInt8(ascii: "}"))
        }
        writer.raw("]}")
    }
}
