import MartletCore
import MartletTracking

/// A run's life: create, read, change, delete, restore.
enum RunCalls {
    static func create(_ call: MLflowCall) async throws -> [UInt8] {
        let fields = call.fields
        var tags = try fields.pairs("tags")
        let tagged = tags.removeValue(forKey: Run.nameTag)
        let named = try fields.string("run_name").flatMap { $0.isEmpty ? nil : $0 }
        if let tagged, let named, tagged != named {
            throw MLflowError.invalid(
                "Both 'run_name' argument and '\(Run.nameTag)' tag are specified, but with different values "
                    + "(run_name='\(named)', \(Run.nameTag)='\(tagged)')."
            )
        }
        var experimentID = try fields.string("experiment_id") ?? ""
        if experimentID.isEmpty { experimentID = Experiment.defaultID }
        var user = try fields.string("user_id") ?? ""
        if user.isEmpty { user = tags["mlflow.user"] ?? call.actor }
        let id = RunID.random()
        let name = named ?? tagged ?? RunNames.name(for: id)
        tags[Run.nameTag] = name
        do {
            let new = NewRun(
                id: id,
                experimentID: experimentID,
                name: name,
                user: user,
                startedAt: try fields.time("start_time") ?? call.now,
                tags: tags
            )
            return Self.answer(try await call.tracking.createRun(new))
        } catch let error as TrackingError where error.code == .experimentNotFound {
            // Which of the two it is, absent or deleted, is looked up only now.
            _ = try await ExperimentCalls.require(experimentID, call)
            throw MLflowError.invalid(
                "The experiment \(experimentID) must be in the 'active' state. Current state is deleted."
            )
        }
    }

    static func get(_ call: MLflowCall) async throws -> [UInt8] {
        Self.answer(try await Self.require(try call.runID(), call))
    }

    static func update(_ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        let update = RunUpdate(
            status: try Self.status(call.fields),
            endedAt: try call.fields.time("end_time"),
            name: try call.fields.string("run_name").flatMap { $0.isEmpty ? nil : $0 }
        )
        let run = try await RunErrors.translated(id) { try await call.tracking.updateRun(id, update) }
        return MLflowAnswer.object { json in json.object("run_info") { RunJSON.writeInfo(run, to: &$0) } }
    }

    static func delete(_ call: MLflowCall) async throws -> [UInt8] { try await Self.setLifecycle(.deleted, call) }

    static func restore(_ call: MLflowCall) async throws -> [UInt8] { try await Self.setLifecycle(.active, call) }

    /// The run `id`, active or deleted.
    static func require(_ id: RunID, _ call: MLflowCall) async throws -> Run {
        guard let run = try await call.tracking.run(id) else { throw RunErrors.missing(id) }
        return run
    }

    private static func setLifecycle(_ lifecycle: Lifecycle, _ call: MLflowCall) async throws -> [UInt8] {
        let id = try call.runID()
        try await RunErrors.translated(id) {
            try await call.tracking.setLifecycle(lifecycle, ofRun: id, at: call.now)
        }
        return MLflowAnswer.empty
    }

    private static func answer(_ run: Run) -> [UInt8] {
        MLflowAnswer.object(capacity: 2_048) { json in
            json.object("run") { RunJSON.write(run, to: &$0) }
        }
    }

    /// The status in the fields, by name or by the protocol's number.
    private static func status(_ fields: WireFields) throws(MLflowError) -> RunStatus? {
        let numbered: [RunStatus] = [.running, .scheduled, .finished, .failed, .killed]
        switch fields.raw("status") {
        case nil: return nil
        case .string(let name):
            if let status = RunStatus(rawValue: name) { return status }
        case .number(_, let number?):
            if (1...5).contains(number) { return numbered[Int(number) - 1] }
        default: break
        }
        throw fields.wrong(
            fields.raw("status") ?? .null,
            "status",
            "one of \(RunStatus.allCases.map(\.rawValue).joined(separator: ", "))"
        )
    }
}

/// Says what a store says of a run in the words MLflow clients know.
enum RunErrors {
    static func missing(_ id: RunID) -> MLflowError { .missing("Run with id=\(id) not found") }

    /// Runs `body`, which works on the run `id`.
    static func translated<Result>(_ id: RunID, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as TrackingError {
            switch error.code {
            case .runNotFound: throw Self.missing(id)
            case .runDeleted:
                throw MLflowError.invalid("The run \(id) must be in the 'active' state. Current state is deleted.")
            case .parameterChanged:
                guard let conflict = error.underlying as? ParameterConflict else { throw error }
                throw MLflowError.invalid(
                    "Changing param values is not allowed. Param with key='\(conflict.key)' was already logged with "
                        + "value='\(conflict.oldValue)' for run ID='\(id)'. Attempted logging new value "
                        + "'\(conflict.newValue)'."
                )
            default: throw error
            }
        }
    }
}
