import MartletCore
import MartletTracking

/// Where a version to be registered comes from, found out from what the client named.
struct ModelSource: Sendable, Hashable {
    /// The run that made the model, when known.
    var runID: RunID?
    /// The logged model, when the source is one.
    var modelID: String?
    /// The folder's URI when the source only names it.
    var location: String?

    /// Finds out what `source` names.
    ///
    /// - Throws: `MLflowError` for a local path, and for a run, model or version that is not there.
    static func resolve(
        _ source: String,
        runID: RunID?,
        modelID: String?,
        _ call: MLflowCall
    ) async throws -> ModelSource {
        var origin = ModelSource(runID: runID, modelID: modelID, location: nil)
        var run: Run?
        if let runID { run = try await RunCalls.require(runID, call) }
        guard let mark = source.firstIndex(of: ":"), mark != source.startIndex else { throw Self.local(source) }
        let scheme = source[..<mark].lowercased()
        let rest = String(source[source.index(after: mark)...].drop { $0 == "/" })
        guard !rest.split(separator: "/").contains(".."), !rest.lowercased().contains("%2e%2e") else {
            throw MLflowError.invalid("Invalid model version source: '\(source)'. It must not hold '..'.")
        }
        switch scheme {
        case "models": try await origin.follow(model: rest, source, call)
        case "runs": try await origin.follow(run: rest, source, call)
        case "mlflow-artifacts": try await Self.check(artifacts: source, of: run, call)
        case "file", "dbfs": throw Self.local(source)
        default: guard scheme.count > 1 else { throw Self.local(source) }
        }
        return origin
    }

    /// Follows `models:/m-…` to a logged model, and `models:/name/3` or `models:/name@alias` to another version.
    private mutating func follow(model rest: String, _ source: String, _ call: MLflowCall) async throws {
        guard !rest.hasPrefix("m-") || rest.contains("/") || rest.contains("@") else {
            return try await self.follow(loggedModel: rest, source, call)
        }
        let reference: ModelReference
        do {
            reference = try ModelReference("models:/" + rest)
        } catch {
            throw MLflowError.invalid("Invalid model version source: '\(source)'. \(error.message)")
        }
        let version = try await call.registry.resolve(reference)
        self.runID = self.runID ?? version.runID
        self.modelID = self.modelID ?? version.modelID
        self.location = version.location ?? version.source
    }

    private mutating func follow(loggedModel id: String, _ source: String, _ call: MLflowCall) async throws {
        let model = try await LoggedModelCalls.require(id, call)
        guard self.modelID == nil || self.modelID == id else {
            throw MLflowError.invalid(
                "Invalid model version source: '\(source)'. It names the logged model \(id), model_id another one."
            )
        }
        self.modelID = id
        self.runID = self.runID ?? model.sourceRunID
        self.location = model.artifactURI
    }

    private mutating func follow(run rest: String, _ source: String, _ call: MLflowCall) async throws {
        let parts = rest.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw MLflowError.invalid("Invalid model version source: '\(source)'. Write runs:/<run_id>/<path>.")
        }
        let run = try await RunCalls.require(try MLflowCall.runID(parts[0]), call)
        guard self.runID == nil || self.runID == run.id else {
            throw MLflowError.invalid(
                "Invalid model version source: '\(source)'. It names the run \(run.id), run_id another one."
            )
        }
        self.runID = run.id
        self.location = "\(run.artifactURI)/\(parts[1])"
    }

    /// Refuses a folder that is none of the run that is named with it, nor of a logged model of that run.
    private static func check(artifacts source: String, of run: Run?, _ call: MLflowCall) async throws {
        let path: ArtifactPath
        do {
            path = try ArtifactPath(uri: source)
        } catch {
            throw MLflowError.invalid("Invalid model version source: '\(source)'. \(error.message)")
        }
        guard let run else { return }
        if "\(path)/".hasPrefix("\(try ArtifactListing.folder(of: run.artifactURI))/") { return }
        let model = path.description.split(separator: "/").first { $0.hasPrefix("m-") }.map(String.init)
        if let model, let logged = try await call.tracking.loggedModel(model), logged.sourceRunID == run.id,
            "\(path)/".hasPrefix("\(try ArtifactListing.folder(of: logged.artifactURI))/")
        {
            return
        }
        throw MLflowError.invalid(
            "Invalid model version source: '\(source)'. To use a folder of another run as a model version, name that run "
                + "as run_id, or none."
        )
    }

    private static func local(_ source: String) -> MLflowError {
        .invalid(
            "Invalid model version source: '\(source)'. A local path cannot be registered: log the model to a run or as "
                + "a logged model, and register that."
        )
    }
}
