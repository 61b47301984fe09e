import MartletCore
import MartletTracking

/// The history of metrics.
enum MetricCalls {
    /// The most points one page may hold, and how many without a wish.
    private static let pageLimit = 1_000_000
    /// The most runs of one question.
    private static let runLimit = 100

    static func history(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        let key = try call.fields.required("metric_key")
        let limit = try call.fields.pageSize(standard: Self.pageLimit, limit: Self.pageLimit)
        let search = ["history", id.description, key]
        let offset = try PageToken.offset(try call.fields.string("page_token"), of: search)
        var points = try await RunErrors.translated(id) {
            try await call.tracking.metricHistory(of: id, key: key, limit: limit + 1, offset: offset)
        }
        let hasMore = points.count > limit
        if hasMore { points.removeLast() }
        return MLflowAnswer.object(capacity: 64 + points.count * 90) { json in
            json.points("metrics", key, points)
            if hasMore { json.string("next_page_token", PageToken.encode(offset: offset + limit, of: search)) }
        }
    }

    /// The points of one metric over several runs, as comparing views ask for them.
    static func bulkHistory(_ call: MLflowCall) async throws -> [UInt8] {
        let runs = try Self.runs("run_id", call)
        let key = try call.fields.required("metric_key")
        let limit = try call.fields.pageSize(standard: 25_000, limit: 25_000)
        return try await Self.answer(MetricHistorySearch(of: runs, key: key, limit: limit), call)
    }

    /// The points of one metric over several runs within steps, thinned out evenly.
    static func bulkInterval(_ call: MLflowCall) async throws -> [UInt8] {
        let runs = try Self.runs("run_ids", call)
        let key = try call.fields.required("metric_key")
        let limit = try call.fields.pageSize(standard: 2_500, limit: 2_500)
        let first = try call.fields.integer("start_step")
        let last = try call.fields.integer("end_step")
        guard (first == nil) == (last == nil) else {
            throw MLflowError.invalid(
                "If either start step or end step are specified, both must be specified."
            )
        }
        var steps: ClosedRange<Int64>?
        if let first, let last {
            guard first <= last else {
                throw MLflowError.invalid("end_step must be greater than start_step. Found \(first) and \(last).")
            }
            steps = first...last
        }
        return try await Self.answer(
            MetricHistorySearch(of: runs, key: key, steps: steps, pointsPerRun: limit, limit: limit * runs.count),
            call
        )
    }

    private static func runs(_ field: String, _ call: MLflowCall) throws(MLflowError) -> [RunID] {
        let texts = try call.fields.strings(field)
        guard !texts.isEmpty else {
            throw .invalid("GetMetricHistoryBulk request must specify at least one \(field).")
        }
        guard texts.count <= Self.runLimit else {
            throw .invalid(
                "GetMetricHistoryBulk request cannot specify more than \(Self.runLimit) \(field)s. Received "
                    + "\(texts.count)."
            )
        }
        var runs: [RunID] = []
        for text in texts { runs.append(try MLflowCall.runID(text)) }
        return runs
    }

    private static func answer(_ search: MetricHistorySearch, _ call: MLflowCall) async throws -> [UInt8] {
        let points = try await call.tracking.metricHistory(search)
        return MLflowAnswer.object(capacity: 64 + points.count * 130) { json in
            json.list("metrics", points, keepsEmpty: true) { json, point in
                RunJSON.write(point.metric, to: &json)
                json.string("run_id", point.runID.description)
            }
        }
    }
}
