import MartletCore
import MartletTracking

/// What a run read and what it wrote: data sets and logged models.
enum RunLineageCalls {
    /// How many data sets or models one call may name.
    private static let countLimit = 1_000

    static func inputs(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        var datasets: [DatasetInput] = []
        for fields in try Self.bounded("datasets", call) { datasets.append(try Self.dataset(fields)) }
        var models: [String] = []
        for fields in try Self.bounded("models", call) { models.append(try fields.required("model_id")) }
        let (read, used) = (datasets, models)
        try await RunErrors.translated(id) {
            try await call.tracking.log(datasets: read, inputModels: used, to: id)
        }
        return MLflowAnswer.empty
    }

    static func outputs(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        var outputs: [ModelOutput] = []
        for fields in try Self.bounded("models", call) {
            outputs.append(
                ModelOutput(modelID: try fields.required("model_id"), step: try fields.integer("step") ?? 0)
            )
        }
        let written = outputs
        try await RunErrors.translated(id) { try await call.tracking.log(outputModels: written, to: id) }
        return MLflowAnswer.empty
    }

    private static func bounded(_ name: String, _ call: MLflowCall) throws(MLflowError) -> [WireFields] {
        let objects = try call.fields.objects(name)
        guard objects.count <= Self.countLimit else {
            throw .invalid(
                "A request can contain at most \(Self.countLimit) \(name). Got \(objects.count). Please split them up "
                    + "across multiple requests and try again."
            )
        }
        return objects
    }

    private static func dataset(_ fields: WireFields) throws(MLflowError) -> DatasetInput {
        guard let dataset = try fields.object("dataset") else { throw .required("dataset") }
        let digest = try dataset.required("digest")
        guard digest.count <= TrackingLimits.datasetDigestLength else {
            throw .invalid(
                "Dataset digest exceeds the maximum length of \(TrackingLimits.datasetDigestLength) characters"
            )
        }
        return DatasetInput(
            name: try dataset.required("name"),
            digest: digest,
            sourceType: try dataset.required("source_type"),
            source: try dataset.required("source"),
            schema: try dataset.string("schema"),
            profile: try dataset.string("profile"),
            tags: try fields.pairs("tags")
        )
    }
}
