import MartletCore
import MartletTracking

/// Logged models: what a run wrote, before anybody registers it.
enum LoggedModelCalls {
    static func create(_ call: MLflowCall) async throws -> [UInt8] {
        let fields = call.fields
        let experiment = try await ExperimentCalls.require(try fields.required("experiment_id"), call)
        let runText = try fields.string("source_run_id") ?? ""
        var random = SystemRandomNumberGenerator()
        let id = LoggedModel.newID(using: &random)
        var name = try fields.string("name") ?? ""
        let runID = runText.isEmpty ? nil : try MLflowCall.runID(runText)
        if name.isEmpty { name = RunNames.name(for: RunID.random()) }
        let model = try await call.tracking.createLoggedModel(
            NewLoggedModel(
                id: id,
                experimentID: experiment.id,
                name: name,
                type: try fields.string("model_type") ?? "",
                sourceRunID: runID,
                createdAt: call.now,
                parameters: try fields.pairs("params"),
                tags: try fields.pairs("tags")
            )
        )
        return try await Self.answer(model, call)
    }

    static func get(_ call: MLflowCall) async throws -> [UInt8] {
        try await Self.answer(try await Self.require(try call.pathPart("model_id"), call), call)
    }

    static func finalize(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.pathPart("model_id")
        let status = try Self.status(call.fields)
        let model = try await call.tracking.setStatus(status, ofLoggedModel: id, at: call.now)
        return try await Self.answer(model, call)
    }

    static func delete(_ call: MLflowCall) async throws -> [UInt8] {
        let model = try await Self.require(try call.pathPart("model_id"), call)
        try await call.tracking.setLifecycle(.deleted, ofLoggedModel: model.id, at: call.now)
        return MLflowAnswer.empty
    }

    static func setTags(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.pathPart("model_id")
        let tags = try call.fields.pairs("tags")
        return try await Self.answer(try await call.tracking.setTags(tags, ofLoggedModel: id, at: call.now), call)
    }

    static func deleteTag(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.pathPart("model_id")
        try await call.tracking.deleteTag(try call.pathPart("tag_key"), ofLoggedModel: id, at: call.now)
        return MLflowAnswer.empty
    }

    static func logParameters(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.pathPart("model_id")
        let parameters = try call.fields.pairs("params")
        try await call.tracking.log(parameters: parameters, toLoggedModel: id, at: call.now)
        return MLflowAnswer.empty
    }

    static func search(_ call: MLflowCall) async throws -> [UInt8] {
        let fields = call.fields
        let experiments = try fields.strings("experiment_ids")
        let filter = try fields.string("filter") ?? ""
        var datasets: [LoggedModelDataset] = []
        for dataset in try fields.objects("datasets") { datasets.append(try Self.dataset(dataset)) }
        var order: [LoggedModelSearch.SortKey] = []
        var mark = ["logged models", filter] + experiments + datasets.map { "\($0)" }
        for key in try fields.objects("order_by") {
            let sort = LoggedModelSearch.SortKey(
                field: try key.required("field_name"),
                isAscending: try key.boolean("ascending") ?? true,
                dataset: try key.has("dataset_name") ? Self.dataset(key) : nil
            )
            order.append(sort)
            mark.append("\(sort)")
        }
        let limit = try fields.pageSize(standard: 100, limit: SearchLimits.page)
        let offset = try PageToken.offset(try fields.string("page_token"), of: mark)
        guard !experiments.isEmpty else { return MLflowAnswer.empty }
        let page = try await call.tracking.search(
            LoggedModelSearch(
                experimentIDs: experiments,
                filter: filter,
                datasets: datasets,
                order: order,
                limit: limit,
                offset: offset
            )
        )
        return MLflowAnswer.object(capacity: 64 + page.models.count * 800) { json in
            json.list("models", page.models) { json, model in LoggedModelJSON.write(model, [], to: &json) }
            if let next = page.nextOffset {
                json.string("next_page_token", PageToken.encode(offset: next, of: mark))
            }
        }
    }

    /// The logged model `id`, which is not deleted.
    static func require(_ id: String, _ call: MLflowCall) async throws -> LoggedModel {
        guard let model = try await call.tracking.loggedModel(id), model.lifecycle == .active else {
            throw MLflowError.missing("Logged model with ID '\(id.prefix(80))' not found.")
        }
        return model
    }

    private static func answer(_ model: LoggedModel, _ call: MLflowCall) async throws -> [UInt8] {
        MLflowAnswer.object(capacity: 1_024) { json in
            json.object("model") { LoggedModelJSON.write(model, [], to: &$0) }
        }
    }

    private static func dataset(_ fields: WireFields) throws(MLflowError) -> LoggedModelDataset {
        LoggedModelDataset(
            name: try fields.required("dataset_name"),
            digest: try fields.string("dataset_digest").flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    /// The status in the fields, by name or by the protocol's number.
    private static func status(_ fields: WireFields) throws(MLflowError) -> LoggedModelStatus {
        switch fields.raw("status") {
        case .string(let name):
            if let status = LoggedModelStatus(rawValue: name) { return status }
            if let status = LoggedModelStatus(rawValue: "LOGGED_MODEL_" + name) { return status }
        case .number(_, 1): return .pending
        case .number(_, 2): return .ready
        case .number(_, 3): return .uploadFailed
        case nil: throw .required("status")
        default: break
        }
        throw fields.wrong(
            fields.raw("status") ?? .null,
            "status",
            "one of \(LoggedModelStatus.allCases.map(\.rawValue).joined(separator: ", "))"
        )
    }
}

/// Writes logged models as the protocol has them.
enum LoggedModelJSON {
    /// Writes the fields of `model`, which is registered as `versions`.
    static func write(_ model: LoggedModel, _ versions: [ModelVersionID], to json: inout MLflowWriter) {
        json.object("info") { json in
            json.string("model_id", model.id)
            json.string("experiment_id", model.experimentID)
            json.string("name", model.name)
            json.time("creation_timestamp_ms", model.createdAt)
            json.time("last_updated_timestamp_ms", model.updatedAt)
            json.string("artifact_uri", model.artifactURI)
            json.string("status", model.status.rawValue)
            json.string("model_type", model.type)
            json.string("source_run_id", model.sourceRunID?.description ?? "")
            json.pairs("tags", model.tags)
            json.list("registrations", versions) { json, version in
                json.string("name", version.model)
                json.string("version", String(version.number))
            }
        }
        json.object("data") { json in
            json.pairs("params", model.parameters)
            json.list("metrics", model.metrics) { json, point in
                RunJSON.write(point.metric, to: &json)
                json.string("dataset_name", point.metric.dataset?.name)
                json.string("dataset_digest", point.metric.dataset?.digest)
                json.string("model_id", model.id)
                json.string("run_id", point.runID.description)
            }
        }
    }
}
