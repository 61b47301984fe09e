import HTTPTypes

extension MLflowRoutes {
    /// The first parts of paths that the protocol knows and this server does not answer.
    static let unimplemented: Set<String> = [
        "traces", "datasets", "scorers", "gateway", "jobs", "issues", "assessments", "prompts", "mcp-servers",
        "mcp-access-endpoints", "workspaces", "label-schemas", "review-queues", "secrets", "users", "roles", "budgets",
        "runs", "experiments", "artifacts", "gateway-proxy", "upload-artifact", "ui-telemetry", "demo", "telemetry",
        "get-trace-artifact", "guardrails", "online-scoring", "assistant", "genai",
    ]

    /// Endpoints below `/api` and `/ajax-api`.
    static let endpoints: [Endpoint] =
        Self.experimentEndpoints + Self.runEndpoints + Self.loggedModelEndpoints + Self.modelEndpoints
        + Self.versionEndpoints + [Endpoint(.get, "/3.0/mlflow/server-info", ServerInfoCalls.get)]

    /// Endpoints that are only below `/ajax-api`.
    static let consoleEndpoints: [Endpoint] = [
        Endpoint(.get, "/2.0/mlflow/metrics/get-history-bulk", MetricCalls.bulkHistory)
    ]

    private static let experimentEndpoints: [Endpoint] = [
        Endpoint(.post, "/2.0/mlflow/experiments/create", ExperimentCalls.create),
        Endpoint(.get, "/2.0/mlflow/experiments/get", ExperimentCalls.get),
        Endpoint(.get, "/2.0/mlflow/experiments/get-by-name", ExperimentCalls.getByName),
        Endpoint(.post, "/2.0/mlflow/experiments/search", ExperimentCalls.search),
        Endpoint(.get, "/2.0/mlflow/experiments/search", ExperimentCalls.search),
        Endpoint(.post, "/2.0/mlflow/experiments/update", ExperimentCalls.update),
        Endpoint(.post, "/2.0/mlflow/experiments/delete", ExperimentCalls.delete),
        Endpoint(.post, "/2.0/mlflow/experiments/restore", ExperimentCalls.restore),
        Endpoint(.post, "/2.0/mlflow/experiments/set-experiment-tag", ExperimentCalls.setTag),
        Endpoint(.post, "/2.0/mlflow/experiments/delete-experiment-tag", ExperimentCalls.deleteTag),
    ]

    private static let runEndpoints: [Endpoint] = [
        Endpoint(.post, "/2.0/mlflow/runs/create", RunCalls.create),
        Endpoint(.get, "/2.0/mlflow/runs/get", RunCalls.get),
        Endpoint(.post, "/2.0/mlflow/runs/update", RunCalls.update),
        Endpoint(.post, "/2.0/mlflow/runs/delete", RunCalls.delete),
        Endpoint(.post, "/2.0/mlflow/runs/restore", RunCalls.restore),
        Endpoint(.post, "/2.0/mlflow/runs/search", RunSearchCalls.search),
        Endpoint(.post, "/2.0/mlflow/runs/log-metric", RunLogCalls.metric),
        Endpoint(.post, "/2.0/mlflow/runs/log-parameter", RunLogCalls.parameter),
        Endpoint(.post, "/2.0/mlflow/runs/set-tag", RunLogCalls.setTag),
        Endpoint(.post, "/2.0/mlflow/runs/delete-tag", RunLogCalls.deleteTag),
        Endpoint(.post, "/2.0/mlflow/runs/log-batch", plain: RunLogCalls.plainBatch, RunLogCalls.batch),
        Endpoint(.post, "/2.0/mlflow/runs/log-model", RunLogCalls.model),
        Endpoint(.post, "/2.0/mlflow/runs/log-inputs", RunLineageCalls.inputs),
        Endpoint(.post, "/2.0/mlflow/runs/outputs", RunLineageCalls.outputs),
        Endpoint(.get, "/2.0/mlflow/metrics/get-history", MetricCalls.history),
        Endpoint(.get, "/2.0/mlflow/metrics/get-history-bulk-interval", MetricCalls.bulkInterval),
        Endpoint(.get, "/2.0/mlflow/artifacts/list", ArtifactListCalls.ofRun),
    ]

    private static let loggedModelEndpoints: [Endpoint] = [
        Endpoint(.post, "/2.0/mlflow/logged-models", LoggedModelCalls.create),
        Endpoint(.post, "/2.0/mlflow/logged-models/search", LoggedModelCalls.search),
        Endpoint(.get, "/2.0/mlflow/logged-models/{model_id}", LoggedModelCalls.get),
        Endpoint(.patch, "/2.0/mlflow/logged-models/{model_id}", LoggedModelCalls.finalize),
        Endpoint(.delete, "/2.0/mlflow/logged-models/{model_id}", LoggedModelCalls.delete),
        Endpoint(.patch, "/2.0/mlflow/logged-models/{model_id}/tags", LoggedModelCalls.setTags),
        Endpoint(.delete, "/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}", LoggedModelCalls.deleteTag),
        Endpoint(.post, "/2.0/mlflow/logged-models/{model_id}/params", LoggedModelCalls.logParameters),
        Endpoint(.get, "/2.0/mlflow/logged-models/{model_id}/artifacts/directories", ArtifactListCalls.ofModel),
    ]

    private static let modelEndpoints: [Endpoint] = [
        Endpoint(.post, "/2.0/mlflow/registered-models/create", RegisteredModelCalls.create),
        Endpoint(.get, "/2.0/mlflow/registered-models/get", RegisteredModelCalls.get),
        Endpoint(.post, "/2.0/mlflow/registered-models/rename", RegisteredModelCalls.rename),
        Endpoint(.patch, "/2.0/mlflow/registered-models/update", RegisteredModelCalls.update),
        Endpoint(.delete, "/2.0/mlflow/registered-models/delete", RegisteredModelCalls.delete),
        Endpoint(.get, "/2.0/mlflow/registered-models/search", RegisteredModelCalls.search),
        Endpoint(.post, "/2.0/mlflow/registered-models/get-latest-versions", RegisteredModelCalls.latestVersions),
        Endpoint(.get, "/2.0/mlflow/registered-models/get-latest-versions", RegisteredModelCalls.latestVersions),
        Endpoint(.post, "/2.0/mlflow/registered-models/set-tag", RegisteredModelCalls.setTag),
        Endpoint(.delete, "/2.0/mlflow/registered-models/delete-tag", RegisteredModelCalls.deleteTag),
        Endpoint(.post, "/2.0/mlflow/registered-models/alias", RegisteredModelCalls.setAlias),
        Endpoint(.delete, "/2.0/mlflow/registered-models/alias", RegisteredModelCalls.deleteAlias),
        Endpoint(.get, "/2.0/mlflow/registered-models/alias", RegisteredModelCalls.versionByAlias),
    ]

    private static let versionEndpoints: [Endpoint] = [
        Endpoint(.post, "/2.0/mlflow/model-versions/create", ModelVersionCalls.create),
        Endpoint(.get, "/2.0/mlflow/model-versions/get", ModelVersionCalls.get),
        Endpoint(.patch, "/2.0/mlflow/model-versions/update", ModelVersionCalls.update),
        Endpoint(.post, "/2.0/mlflow/model-versions/transition-stage", ModelVersionCalls.transition),
        Endpoint(.delete, "/2.0/mlflow/model-versions/delete", ModelVersionCalls.delete),
        Endpoint(.get, "/2.0/mlflow/model-versions/search", ModelVersionCalls.search),
        Endpoint(.get, "/2.0/mlflow/model-versions/get-download-uri", ModelVersionCalls.downloadURI),
        Endpoint(.post, "/2.0/mlflow/model-versions/set-tag", ModelVersionCalls.setTag),
        Endpoint(.delete, "/2.0/mlflow/model-versions/delete-tag", ModelVersionCalls.deleteTag),
    ]
}
