import MartletTracking
import Testing

struct SpoolEndpointTests {
    @Test(arguments: [
        ("POST", "/api/2.0/mlflow/runs/create", SpoolEndpoint.create(.run)),
        ("POST", "/ajax-api/2.0/mlflow/runs/create", .create(.run)),
        ("POST", "/api/2.0/mlflow/experiments/create", .create(.experiment)),
        ("POST", "/api/2.0/mlflow/logged-models", .create(.model)),
        ("POST", "/api/2.0/mlflow/runs/log-batch", .write),
        ("POST", "/api/2.0/mlflow/runs/update", .updateRun),
        ("PATCH", "/api/2.0/mlflow/logged-models/m-1", .updateModel("m-1")),
        ("PATCH", "/api/2.0/mlflow/logged-models/m-1/tags", .updateModel("m-1")),
        ("POST", "/api/2.0/mlflow/logged-models/m-1/params", .write),
        ("GET", "/api/2.0/mlflow/logged-models/m-1", .read(.model)),
        ("GET", "/api/2.0/mlflow/experiments/get-by-name", .read(.experiment)),
        ("GET", "/api/2.0/mlflow/metrics/get-history", .history),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/1/2/artifacts/a.txt", .upload),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts", .listing),
    ])
    func `what a job logs and asks of its own run is the spool's`(call: (String, String, SpoolEndpoint)) {
        #expect(SpoolEndpoint(method: call.0, path: call.1) == call.2)
    }

    @Test(arguments: [
        ("POST", "/api/2.0/mlflow/runs/search"), ("POST", "/api/2.0/mlflow/logged-models/search"),
        ("POST", "/api/2.0/mlflow/registered-models/create"), ("POST", "/api/2.0/mlflow/runs/delete"),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/1/2/artifacts/a.txt"), ("GET", "/api/2.0/mlflow/runs/create"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts"), ("GET", "/health"), ("POST", "/predict/price"),
        ("POST", "/api/2.0/mlflow/mlflow/runs/log-batch"), ("POST", "/x/api/2.0/mlflow/runs/create"),
        ("DELETE", "/api/2.0/mlflow/logged-models/m-1"),
    ])
    func `everything else is the server's`(call: (String, String)) {
        #expect(SpoolEndpoint(method: call.0, path: call.1) == .other)
    }
}
