import Foundation

/// What a spool may do with a call.
package enum SpoolEndpoint: Sendable, Hashable {
    /// Makes something that has an id; the spool gives one.
    case create(SpoolObject.Kind)
    /// Changes something known by its id; the answer is an empty object.
    case write
    /// Changes a run and answers with it.
    case updateRun
    /// Changes a logged model and answers with it.
    case updateModel(String)
    /// Uploads an artifact; the answer is empty.
    case upload
    /// Asks for one object by id or name.
    case read(SpoolObject.Kind)
    /// Asks for the points of a metric.
    case history
    /// Asks for the files of a folder; the answer of none is an empty object.
    case listing
    /// Everything else, which only the server can answer.
    case other

    /// Reads the method and the path, without its query.
    package init(method: String, path: String) {
        guard let name = Self.name(of: path) else {
            self = Self.artifact(method, path)
            return
        }
        switch (method, name) {
        case ("POST", "runs/create"): self = .create(.run)
        case ("POST", "experiments/create"): self = .create(.experiment)
        case ("POST", "logged-models"): self = .create(.model)
        case ("POST", "runs/update"): self = .updateRun
        case ("POST", _) where Self.writes.contains(name): self = .write
        case ("GET", "runs/get"): self = .read(.run)
        case ("GET", "experiments/get"), ("GET", "experiments/get-by-name"): self = .read(.experiment)
        case ("GET", "metrics/get-history"): self = .history
        case ("GET", "artifacts/list"): self = .listing
        default: self = Self.model(method, name)
        }
    }

    private static let writes: Set = [
        "runs/log-metric", "runs/log-parameter", "runs/set-tag", "runs/delete-tag", "runs/log-batch", "runs/log-inputs",
        "runs/log-model", "runs/outputs", "experiments/set-experiment-tag",
    ]

    /// The path after `/api/2.0/mlflow/`, in any of the versions under which it is served.
    private static func name(of path: String) -> String? {
        path.wholeMatch(of: /\/(?:ajax-)?api\/[0-9.]+\/mlflow\/(.+)/).map { String($0.output.1) }
    }

    private static func artifact(_ method: String, _ path: String) -> SpoolEndpoint {
        let isArtifact = path.wholeMatch(of: /\/(?:ajax-)?api\/[0-9.]+\/mlflow-artifacts\/artifacts(\/.+)?/)
        guard let isArtifact else { return .other }
        switch method {
        case "PUT" where isArtifact.output.1 != nil: return .upload
        case "GET" where isArtifact.output.1 == nil: return .listing
        default: return .other
        }
    }

    private static func model(_ method: String, _ name: String) -> SpoolEndpoint {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts[0] == "logged-models", parts[1].hasPrefix("m-") else { return .other }
        switch (method, parts.count, parts.last) {
        case ("GET", 2, _): return .read(.model)
        case ("PATCH", 2, _), ("PATCH", 3, "tags"): return .updateModel(parts[1])
        case ("POST", 3, "params"): return .write
        default: return .other
        }
    }
}
