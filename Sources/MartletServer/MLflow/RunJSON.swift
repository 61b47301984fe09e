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
        json.string("run_id", run.id.description)
        json.string("run_uuid", run.id.description)
        json.string("run_name", run.name)
        json.string("experiment_id", run.experimentID)
        json.string("user_id", run.user)
        json.string("status", run.status.rawValue)
        json.time("start_time", run.startedAt)
        json.time("end_time", run.endedAt)
        json.string("artifact_uri", run.artifactURI)
        json.string("lifecycle_stage", run.lifecycle.rawValue)
    }

    /// Writes the fields of a point.
    static func write(_ metric: Metric, to json: inout MLflowWriter) {
        json.string("key", metric.key)
        json.double("value", metric.value)
        json.time("timestamp", metric.timestamp)
        json.integer("step", metric.step)
    }

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
