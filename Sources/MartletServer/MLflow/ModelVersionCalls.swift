import MartletCore
import MartletServing
import MartletTracking

/// Versions of registered models.
enum ModelVersionCalls {
    static func create(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let source = try call.fields.required("source")
        _ = try await RegisteredModelCalls.require(name, call)
        // A copied version brings the tags that show the approval of the first one.
        let tags = try call.fields.pairs("tags").filter { !$0.key.hasPrefix(Approval.Tag.prefix) }
        let runText = try call.fields.string("run_id") ?? ""
        let origin = try await ModelSource.resolve(
            source,
            runID: runText.isEmpty ? nil : try MLflowCall.runID(runText),
            modelID: try call.fields.string("model_id").flatMap { $0.isEmpty ? nil : $0 },
            call
        )
        let version = try await call.registry.register(
            NewModelVersion(
                model: name,
                runID: origin.runID,
                source: source,
                location: origin.location,
                modelID: origin.modelID,
                runLink: try call.fields.string("run_link").flatMap { $0.isEmpty ? nil : $0 },
                description: try call.fields.string("description") ?? "",
                tags: tags
            ),
            call.author
        )
        // What was registered is what will be served; a model that cannot be served is registered all the same.
        _ = try? await ModelFolder(call.services.artifacts).pin(version)
        return Self.answer(version)
    }

    static func get(_ call: MLflowCall) async throws -> [UInt8] { Self.answer(try await Self.require(call)) }

    static func update(_ call: MLflowCall) async throws -> [UInt8] {
        var version = try await Self.require(call)
        if let description = try call.fields.string("description") {
            version = try await call.registry.describeVersion(version.id, as: description, call.author)
        }
        return Self.answer(version)
    }

    static func transition(_ call: MLflowCall) async throws -> [UInt8] {
        let version = try await Self.require(call)
        let stage = try RegisteredModelCalls.stage(try call.fields.required("stage"))
        let archives = try call.fields.boolean("archive_existing_versions") ?? false
        guard !archives || stage == .staging || stage == .production else {
            throw MLflowError.invalid(
                "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an "
                    + "Active stage. Valid stages are Staging, Production"
            )
        }
        return Self.answer(
            try await call.registry.setStage(stage, of: version.id, archivingOthers: archives, call.author)
        )
    }

    static func delete(_ call: MLflowCall) async throws -> [UInt8] {
        try await call.registry.deleteVersion(try await Self.require(call).id, call.author)
        return MLflowAnswer.empty
    }

    static func search(_ call: MLflowCall) async throws -> [UInt8] {
        let filter = try call.fields.string("filter") ?? ""
        let order = try call.fields.strings("order_by")
        let limit = try call.fields.pageSize(standard: 10_000, limit: 200_000)
        let mark = ["versions", filter] + order
        let page = try await call.registry.search(
            ModelVersionSearch(
                filter: filter,
                order: order,
                limit: limit,
                offset: try PageToken.offset(try call.fields.string("page_token"), of: mark)
            )
        )
        return MLflowAnswer.object(capacity: 64 + page.items.count * 400) { json in
            json.list("model_versions", page.items) { ModelVersionJSON.write($1, to: &$0) }
            if let next = page.nextOffset {
                json.string("next_page_token", PageToken.encode(offset: next, of: mark))
            }
        }
    }

    static func downloadURI(_ call: MLflowCall) async throws -> [UInt8] {
        let version = try await Self.require(call)
        return MLflowAnswer.object { $0.string("artifact_uri", version.location ?? version.source) }
    }

    static func setTag(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try await Self.require(call).id
        let key = try call.fields.required("key")
        try Approval.checkTag(key)
        try await call.registry.setTag(key, to: try call.fields.string("value") ?? "", on: id, call.author)
        return MLflowAnswer.empty
    }

    static func deleteTag(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try await Self.require(call).id
        let key = try call.fields.required("key")
        try Approval.checkTag(key)
        try await call.registry.setTag(key, to: nil, on: id, call.author)
        return MLflowAnswer.empty
    }

    /// The version that `name` and `version` of the fields name.
    static func require(_ call: MLflowCall) async throws -> ModelVersion {
        let id = try await Self.identifier(call, try call.fields.required("name"))
        guard let version = try await call.registry.version(id) else { throw Self.missing(id) }
        return version
    }

    /// The version that the field `version` names, of the model `name`, which must be there.
    static func identifier(_ call: MLflowCall, _ name: String) async throws -> ModelVersionID {
        let text: String
        if case .number(_, let number?)? = call.fields.raw("version") {
            text = String(number)
        } else {
            text = try call.fields.required("version")
        }
        guard let number = Int(text), number >= 0 else {
            throw MLflowError.invalid(
                "Parameter 'version' must be an integer, got '\(text.prefix(40))'."
            )
        }
        let id = ModelVersionID(name, number)
        guard try await call.registry.version(id) != nil else {
            _ = try await RegisteredModelCalls.require(name, call)
            throw Self.missing(id)
        }
        return id
    }

    static func answer(_ version: ModelVersion) -> [UInt8] {
        MLflowAnswer.object { json in
            json.object("model_version") { ModelVersionJSON.write(version, to: &$0) }
        }
    }

    private static func missing(_ id: ModelVersionID) -> MLflowError {
        .missing("Model Version (name=\(id.model.prefix(300)), version=\(id.number)) not found")
    }
}

/// Writes versions as the protocol has them.
enum ModelVersionJSON {
    /// Writes the fields of a version; its approval is shown as tags.
    static func write(_ version: ModelVersion, to json: inout MLflowWriter) {
        json.string("name", version.id.model)
        json.string("version", String(version.id.number))
        json.time("creation_timestamp", version.createdAt)
        json.time("last_updated_timestamp", version.updatedAt)
        json.string("user_id", version.createdBy)
        json.string("current_stage", version.stage.rawValue)
        json.string("description", version.description)
        json.string("source", version.source)
        json.string("run_id", version.runID?.description ?? "")
        json.string("status", "READY")
        json.string("run_link", version.runLink ?? "")
        json.string("model_id", version.modelID)
        json.pairs("tags", version.tags.merging(version.approval.tags) { _, own in own })
        json.strings("aliases", version.aliases)
    }
}
