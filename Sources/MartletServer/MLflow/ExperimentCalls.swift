import MartletCore
import MartletTracking

/// Experiments.
enum ExperimentCalls {
    static func create(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("name")
        let location = try call.fields.string("artifact_location").flatMap { $0.isEmpty ? nil : $0 }
        let experiment = try await call.tracking.createExperiment(
            named: name,
            artifactLocation: location,
            tags: try call.fields.pairs("tags"),
            at: call.now
        )
        return MLflowAnswer.object { $0.string("experiment_id", experiment.id) }
    }

    static func get(_ call: MLflowCall) async throws -> [UInt8] {
        try Self.answer(await Self.require(try call.fields.required("experiment_id"), call))
    }

    static func getByName(_ call: MLflowCall) async throws -> [UInt8] {
        let name = try call.fields.required("experiment_name")
        guard let experiment = try await call.tracking.experiment(named: name) else {
            throw MLflowError.missing("Could not find experiment with name '\(name)'")
        }
        return Self.answer(experiment)
    }

    static func update(_ call: MLflowCall) async throws -> [UInt8] {
        let experiment = try await Self.require(try call.fields.required("experiment_id"), call)
        if let name = try call.fields.string("new_name"), !name.isEmpty {
            try Self.checkActive(experiment)
            try await call.tracking.renameExperiment(id: experiment.id, to: name, at: call.now)
        }
        return MLflowAnswer.empty
    }

    static func delete(_ call: MLflowCall) async throws -> [UInt8] {
        try await Self.setLifecycle(.deleted, call)
    }

    static func restore(_ call: MLflowCall) async throws -> [UInt8] {
        try await Self.setLifecycle(.active, call)
    }

    static func setTag(_ call: MLflowCall) async throws -> [UInt8] {
        let experiment = try await Self.require(try call.fields.required("experiment_id"), call)
        try Self.checkActive(experiment)
        try await call.tracking.setExperimentTag(
            id: experiment.id,
            key: try call.fields.required("key"),
            value: try call.fields.present("value"),
            at: call.now
        )
        return MLflowAnswer.empty
    }

    static func deleteTag(_ call: MLflowCall) async throws -> [UInt8] {
        let experiment = try await Self.require(try call.fields.required("experiment_id"), call)
        try Self.checkActive(experiment)
        let key = try call.fields.required("key")
        try await call.tracking.deleteTag(key, ofExperiment: experiment.id, at: call.now)
        return MLflowAnswer.empty
    }

    static func search(_ call: MLflowCall) async throws -> [UInt8] {
        let fields = call.fields
        let filter = try fields.string("filter") ?? ""
        let order = try fields.strings("order_by")
        let lifecycle = try ViewType.read(fields, "view_type")
        let limit = try fields.pageSize(standard: 1_000, limit: SearchLimits.page)
        let mark = ["experiments", filter, lifecycle?.rawValue ?? "all"] + order
        let page = try await call.tracking.search(
            ExperimentSearch(
                filter: filter,
                order: order,
                lifecycle: lifecycle,
                limit: limit,
                offset: try PageToken.offset(try fields.string("page_token"), of: mark)
            )
        )
        return MLflowAnswer.object(capacity: 64 + page.experiments.count * 300) { json in
            json.list("experiments", page.experiments) { json, experiment in Self.write(experiment, to: &json) }
            if let next = page.nextOffset {
                json.string("next_page_token", PageToken.encode(offset: next, of: mark))
            }
        }
    }

    /// The experiment `id`, active or deleted.
    static func require(_ id: String, _ call: MLflowCall) async throws -> Experiment {
        guard let experiment = try await call.tracking.experiment(id: id) else {
            throw MLflowError.missing("No Experiment with id=\(id.prefix(80)) exists")
        }
        return experiment
    }

    /// Writes the fields of an experiment.
    static func write(_ experiment: Experiment, to json: inout MLflowWriter) {
        json.string("experiment_id", experiment.id)
        json.string("name", experiment.name)
        json.string("artifact_location", experiment.artifactURI)
        json.string("lifecycle_stage", experiment.lifecycle.rawValue)
        json.time("last_update_time", experiment.updatedAt)
        json.time("creation_time", experiment.createdAt)
        json.pairs("tags", experiment.tags)
    }

    private static func answer(_ experiment: Experiment) -> [UInt8] {
        MLflowAnswer.object { json in json.object("experiment") { Self.write(experiment, to: &$0) } }
    }

    private static func setLifecycle(_ lifecycle: Lifecycle, _ call: MLflowCall) async throws -> [UInt8] {
        let experiment = try await Self.require(try call.fields.required("experiment_id"), call)
        try await call.tracking.setLifecycle(lifecycle, ofExperiment: experiment.id, at: call.now)
        return MLflowAnswer.empty
    }

    private static func checkActive(_ experiment: Experiment) throws(MLflowError) {
        guard experiment.lifecycle != .active else { return }
        throw .invalid(
            "The experiment \(experiment.id) must be in the 'active' state. Current state is deleted."
        )
    }
}
