import MartletCore
import MartletTracking

/// Writes runs as the protocol has them.
enum RunJSON {
    /// Writes the fields of `run`.
    static func write(_ run: Run, to json: inout MLflowWriter) {
        json.object("info") { Self.writeInfo(run, to: &$0) }
        json.object("data") { json in
            json.list("metrics", run.metrics.values.sorted { $0.key < $1.key }) { json, metric in
                Self.write(metric, to: &json)
            }
            json.pairs("params", run.parameters)
            json.pairs("tags", run.tags)
        }
        json.object("inputs") { json in
            json.list("dataset_inputs", run.datasets) { json, dataset in Self.write(dataset, to: &json) }
            json.list("model_inputs", run.inputModels) { json, id in json.string("model_id", id) }
        }
        json.object("outputs") { json in
            json.list("model_outputs", run.outputModels) { json, output in
                json.string("model_id", output.modelID)
                json.integer("step", output.step)
            }
        }
    }

    /// Writes the fields of a run's `info`.
    static func writeInfo(_ run: Run, to json: inout MLflowWriter) {
        let id = run.id.description
        json.string(Self.runID, id)
        json.string(Self.runUUID, id)
        json.string(Self.runName, run.name)
        json.string(Self.experimentID, run.experimentID)
        json.string(Self.userID, run.user)
        json.string(Self.status, run.status.rawValue)
        json.integer(Self.startTime, run.startedAt.milliseconds)
        if let endedAt = run.endedAt { json.integer(Self.endTime, endedAt.milliseconds) }
        json.string(Self.artifactURI, run.artifactURI)
        json.string(Self.lifecycleStage, run.lifecycle.rawValue)
    }

    /// Writes the fields of a point.
    static func write(_ metric: Metric, to json: inout MLflowWriter) {
        json.string(Self.key, metric.key)
        json.double(Self.value, metric.value)
        json.integer(Self.timestamp, metric.timestamp.milliseconds)
        json.integer(Self.step, metric.step)
    }

    private static let runID = MLflowField("run_id")
    private static let runUUID = MLflowField("run_uuid")
    private static let runName = MLflowField("run_name")
    private static let experimentID = MLflowField("experiment_id")
    private static let userID = MLflowField("user_id")
    private static let status = MLflowField("status")
    private static let startTime = MLflowField("start_time")
    private static let endTime = MLflowField("end_time")
    private static let artifactURI = MLflowField("artifact_uri")
    private static let lifecycleStage = MLflowField("lifecycle_stage")
    private static let key = MLflowField("key")
    private static let value = MLflowField("value")
    private static let timestamp = MLflowField("timestamp")
    private static let step = MLflowField("step")

    private static func write(_ dataset: DatasetInput, to json: inout MLflowWriter) {
        json.pairs("tags", dataset.tags)
        json.object("dataset") { json in
            json.string("name", dataset.name)
            json.string("digest", dataset.digest)
            json.string("source_type", dataset.sourceType)
            json.string("source", dataset.source)
            json.string("schema", dataset.schema)
            json.string("profile", dataset.profile)
        }
    }
}
