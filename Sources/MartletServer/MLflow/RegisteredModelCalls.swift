import MartletCore
import MartletTracking

/// Registered models, their tags and aliases.
enum RegisteredModelCalls {
    static func create(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        do {
            let model = try await call.registry.createModel(
                named: name,
                description: try call.fields.string("description") ?? "",
                tags: try call.fields.pairs("tags"),
                call.author
            )
            return try await Self.answer(model, call)
        } catch let error as TrackingError where error.code == .modelExists {
            throw MLflowError(.resourceAlreadyExists, "Registered Model (name=\(name)) already exists.")
        }
    }

    static func get(_ call: MLflowCall) async throws -> [UInt8] {
        try await Self.answer(try await Self.require(try call.fields.required("name"), call), call)
    }

    static func rename(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let next = try call.fields.required("new_name")
        _ = try await Self.require(name, call)
        do {
            return try await Self.answer(try await call.registry.renameModel(name, to: next, call.author), call)
        } catch let error as TrackingError where error.code == .modelExists {
            throw MLflowError(.resourceAlreadyExists, "Registered Model (name=\(next)) already exists.")
        }
    }

    static func update(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        var model = try await Self.require(name, call)
        if let description = try call.fields.string("description") {
            model = try await call.registry.describeModel(name, as: description, call.author)
        }
        return try await Self.answer(model, call)
    }

    static func delete(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        _ = try await Self.require(name, call)
        try await call.registry.deleteModel(name, call.author)
        return MLflowAnswer.empty
    }

    static func search(_ call: MLflowCall) async throws -> [UInt8] {
        let filter = try call.fields.string("filter") ?? ""
        let order = try call.fields.strings("order_by")
        let limit = try call.fields.pageSize(standard: 100, limit: 1_000)
        let mark = ["models", filter] + order
        let page = try await call.registry.search(
            RegisteredModelSearch(
                filter: filter,
                order: order,
                limit: limit,
                offset: try PageToken.offset(try call.fields.string("page_token"), of: mark)
            )
        )
        let newest = try await call.registry.newestByStage(of: page.items.map(\.name))
        return MLflowAnswer.object(capacity: 64 + page.items.count * 400) { json in
            json.list("registered_models", page.items) { json, model in
                Self.write(model, newest[model.name] ?? [], to: &json)
            }
            if let next = page.nextOffset {
                json.string("next_page_token", PageToken.encode(offset: next, of: mark))
            }
        }
    }

    static func latestVersions(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        var stages: Set<ModelStage> = []
        for text in try call.fields.strings("stages") { stages.insert(try Self.stage(text)) }
        _ = try await Self.require(name, call)
        let versions = try await call.registry.newestByStage(of: [name])[name] ?? []
        return MLflowAnswer.object { json in
            json.list("model_versions", versions.filter { stages.isEmpty || stages.contains($0.stage) }) {
                ModelVersionJSON.write($1, to: &$0)
            }
        }
    }

    static func setTag(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let key = try call.fields.required("key")
        _ = try await Self.require(name, call)
        try await call.registry.setModelTag(key, to: try call.fields.string("value") ?? "", on: name, call.author)
        return MLflowAnswer.empty
    }

    static func deleteTag(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let key = try call.fields.required("key")
        _ = try await Self.require(name, call)
        try await call.registry.setModelTag(key, to: nil, on: name, call.author)
        return MLflowAnswer.empty
    }

    static func setAlias(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let alias = try call.fields.required("alias")
        let id = try await ModelVersionCalls.identifier(call, name)
        try await call.registry.setAlias(alias, to: id, call.author)
        return MLflowAnswer.empty
    }

    static func deleteAlias(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let alias = try call.fields.required("alias")
        _ = try await Self.require(name, call)
        try await call.registry.removeAlias(alias, from: name, call.author)
        return MLflowAnswer.empty
    }

    static func versionByAlias(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let alias = try call.fields.required("alias")
        let model = try await Self.require(name, call)
        guard let number = model.aliases[alias],
            let version = try await call.registry.version(ModelVersionID(name, number))
        else { throw MLflowError.invalid("Registered model alias \(alias) not found.") }
        return ModelVersionCalls.answer(version)
    }

    /// The model `name`.
    static func require(_ name: String, _ call: MLflowCall) async throws -> RegisteredModel {
        guard let model = try await call.registry.model(named: name) else {
            throw MLflowError.missing("Registered Model with name=\(name.prefix(300)) not found")
        }
        return model
    }

    /// The stage of that name, case ignored.
    static func stage(_ text: String) throws(MLflowError) -> ModelStage {
        guard let stage = ModelStage(anyCase: text) else {
            let names = ModelStage.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("Invalid Model Version stage: \(text.prefix(80)). Value must be one of \(names).")
        }
        return stage
    }

    private static func answer(_ model: RegisteredModel, _ call: MLflowCall) async throws -> [UInt8] {
        let newest = model.lastVersion == 0 ? [:] : try await call.registry.newestByStage(of: [model.name])
        return MLflowAnswer.object { json in
            json.object("registered_model") { Self.write(model, newest[model.name] ?? [], to: &$0) }
        }
    }

    private static func write(_ model: RegisteredModel, _ newest: [ModelVersion], to json: inout MLflowWriter) {
        json.string("name", model.name)
        json.time("creation_timestamp", model.createdAt)
        json.time("last_updated_timestamp", model.updatedAt)
        json.string("description", model.description)
        json.list("latest_versions", newest) { ModelVersionJSON.write($1, to: &$0) }
        json.pairs("tags", model.tags)
        json.list("aliases", model.aliases.sorted { $0.key < $1.key }) { json, alias in
            json.string("alias", alias.key)
            json.string("version", String(alias.value))
        }
    }
}
