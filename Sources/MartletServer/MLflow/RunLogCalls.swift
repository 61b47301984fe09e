import MartletCore
import MartletTracking

/// What a run logs: metrics, params, tags.
enum RunLogCalls {
    /// How much one batch may hold.
    static let metricLimit = 1_000
    static let pairLimit = 100
    static let entityLimit = 1_000

    static func metric(_ call: MLflowCall) async throws -> [UInt8] {
        let metric = try Self.metric(call.fields)
        return try await Self.log(RunBatch(metrics: [metric]), try call.runID(), call.tracking)
    }

    static func parameter(_ call: MLflowCall) async throws -> [UInt8] {
        let key = try call.fields.required("key")
        let value = try call.fields.string("value") ?? ""
        return try await Self.log(RunBatch(parameters: [key: value]), try call.runID(), call.tracking)
    }

    static func setTag(_ call: MLflowCall) async throws -> [UInt8] {
        let key = try call.fields.required("key")
        let value = try call.fields.string("value") ?? ""
        return try await Self.log(RunBatch(tags: [key: value]), try call.runID(), call.tracking)
    }

    static func deleteTag(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        let key = try call.fields.required("key")
        try await RunErrors.translated(id) { try await call.tracking.deleteTag(key, of: id) }
        return MLflowAnswer.empty
    }

    static func batch(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        return try await Self.log(try Self.readBatch(call.fields), id, call.tracking)
    }

    /// The batch in the fields of a call.
    static func readBatch(_ fields: WireFields) throws -> RunBatch {
        let metrics = try fields.objects("metrics")
        let parameters = try fields.objects("params")
        let tags = try fields.objects("tags")
        try Self.check(metrics.count, "metrics", Self.metricLimit)
        try Self.check(parameters.count, "params", Self.pairLimit)
        try Self.check(tags.count, "tags", Self.pairLimit)
        try Self.check(metrics.count + parameters.count + tags.count, "entities", Self.entityLimit)
        var batch = RunBatch()
        batch.metrics.reserveCapacity(metrics.count)
        for fields in metrics { batch.metrics.append(try Self.metric(fields)) }
        for fields in parameters {
            let key = try fields.required("key")
            let value = try fields.string("value") ?? ""
            if let before = batch.parameters.updateValue(value, forKey: key), before != value {
                throw MLflowError.invalid("Duplicate parameter keys have been submitted: '\(key)' has two values")
            }
        }
        for fields in tags { batch.tags[try fields.required("key")] = try fields.string("value") ?? "" }
        return batch
    }

    /// Keeps the text of a model's `MLmodel` as clients before version 3 sent it; nothing reads it back.
    static func model(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        let text = try call.fields.required("model_json")
        guard case .object = try? WireValue(parsing: Array(text.utf8)) else {
            throw MLflowError.invalid("Malformed model info. \n \(text.prefix(200)) \n is not a JSON object")
        }
        let run = try await RunCalls.require(id, call)
        let before = run.tags["mlflow.log-model.history"].map { Array($0.utf8) }
        var models: [WireValue] = []
        if let before, case .array(let values)? = try? WireValue(parsing: before) { models = values }
        models.append(try WireValue(parsing: Array(text.utf8)))
        let history = WireValue.array(models).text
        return try await Self.log(RunBatch(tags: ["mlflow.log-model.history": history]), id, call.tracking)
    }

    /// Logs the batch of a body that ``LogBatchReader`` reads.
    static func plainBatch(_ body: [UInt8], _ services: MLflowServices) async throws -> [UInt8]? {
        guard let (id, batch) = LogBatchReader.read(body) else { return nil }
        return try await Self.log(batch, id, services.tracking)
    }

    private static func log(
        _ batch: RunBatch,
        _ id: RunID,
        _ tracking: any TrackingStore
    ) async throws -> [UInt8] {
        try await RunErrors.translated(id) { try await tracking.log(batch, to: id) }
        return MLflowAnswer.empty
    }

    private static func metric(_ fields: WireFields) throws -> Metric {
        let key = try fields.required("key")
        guard let value = try fields.double("value") else { throw MLflowError.required("value") }
        guard let timestamp = try fields.time("timestamp") else { throw MLflowError.required("timestamp") }
        guard timestamp.microseconds >= 0 else {
            throw MLflowError.invalid(
                "Got invalid timestamp \(timestamp.milliseconds) for metric '\(key)' (value=\(value)). Timestamp must "
                    + "be a nonnegative long (64-bit integer)"
            )
        }
        var dataset: DatasetReference?
        if let name = try fields.string("dataset_name"), !name.isEmpty {
            dataset = DatasetReference(name: name, digest: try fields.string("dataset_digest") ?? "")
        }
        return Metric(
            key,
            value,
            at: timestamp,
            step: try fields.integer("step") ?? 0,
            modelID: try fields.string("model_id").flatMap { $0.isEmpty ? nil : $0 },
            dataset: dataset
        )
    }

    private static func check(_ count: Int, _ what: String, _ limit: Int) throws(MLflowError) {
        guard count > limit else { return }
        throw .invalid(
            "A batch logging request can contain at most \(limit) \(what). Got \(count) \(what). Please split up "
                + "\(what) across multiple requests and try again."
        )
    }
}
