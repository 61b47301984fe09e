import MartletCore
import MartletServing

/// Writes metrics as Prometheus reads them.
enum PrometheusText {
    static func write(
        endpoints: [EndpointMetrics],
        queue: PredictionQueue,
        shadows: ShadowQueue,
        outages: [VariantOutage],
        runningCount: Int,
        onlineCounts: [String: Int],
        process: ServerContext.ProcessReading
    ) -> String {
        var text = ""
        let counted = endpoints.map { (labels: Self.labels($0), counts: $0.counts) }
        Self.head("martlet_requests_total", "counter", "Predict requests by outcome.", &text)
        for (labels, counts) in counted {
            text += "martlet_requests_total{\(labels),code=\"ok\"} \(counts.answeredCount)\n"
            for (code, count) in counts.refusedCounts.sorted(by: { $0.key.description < $1.key.description }) {
                text += "martlet_requests_total{\(labels),code=\"\(Self.escape(code.description))\"} \(count)\n"
            }
        }
        Self.head("martlet_predictions_total", "counter", "Predictions in answered requests.", &text)
        for (labels, counts) in counted { text += "martlet_predictions_total{\(labels)} \(counts.predictionCount)\n" }
        Self.head("martlet_request_seconds", "histogram", "Time from body to answer.", &text)
        for (labels, counts) in counted { Self.histogram(labels, counts, &text) }
        Self.head("martlet_requests_running", "gauge", "Predict requests under way.", &text)
        text += "martlet_requests_running \(runningCount)\n"
        Self.head("martlet_online_rows", "gauge", "Entities with a row in memory, by feature view.", &text)
        for (view, count) in onlineCounts.sorted(by: { $0.key < $1.key }) {
            text += "martlet_online_rows{view=\"\(Self.escape(view))\"} \(count)\n"
        }
        Self.head("martlet_log_queue_records", "gauge", "Prediction log records that wait for the disk.", &text)
        text += "martlet_log_queue_records \(queue.depth)\n"
        Self.head("martlet_log_written_records_total", "counter", "Prediction log records on disk.", &text)
        text += "martlet_log_written_records_total \(queue.writtenCount)\n"
        Self.head("martlet_log_failures_total", "counter", "Prediction log writes that failed.", &text)
        text += "martlet_log_failures_total \(queue.failureCount)\n"
        Self.head("martlet_shadow_queue_requests", "gauge", "Answered requests that wait for shadow variants.", &text)
        text += "martlet_shadow_queue_requests \(shadows.depth)\n"
        Self.head("martlet_shadow_dropped_requests_total", "counter", "Requests no shadow had room for.", &text)
        text += "martlet_shadow_dropped_requests_total \(shadows.droppedCount)\n"
        Self.head("martlet_variant_out", "gauge", "Variants taken out by fault, each 1.", &text)
        for outage in outages {
            text +=
                "martlet_variant_out{endpoint=\"\(Self.escape(outage.endpoint))\","
                + "version=\"\(outage.version)\",variant=\"\(Self.escape(outage.variant))\"} 1\n"
        }
        Self.head("process_resident_memory_bytes", "gauge", "Resident memory.", &text)
        text += "process_resident_memory_bytes \(process.residentBytes)\n"
        Self.head("process_cpu_seconds_total", "counter", "User and system CPU time.", &text)
        text += "process_cpu_seconds_total \(process.cpuSeconds)\n"
        return text
    }

    private static func histogram(_ labels: String, _ counts: EndpointMetrics.Counts, _ text: inout String) {
        var total: UInt64 = 0
        for (index, bound) in EndpointMetrics.bucketMicroseconds.enumerated() {
            total += counts.buckets[index]
            text += "martlet_request_seconds_bucket{\(labels),le=\"\(Double(bound) / 1_000_000)\"} \(total)\n"
        }
        total += counts.buckets[EndpointMetrics.bucketMicroseconds.count]
        text += "martlet_request_seconds_bucket{\(labels),le=\"+Inf\"} \(total)\n"
        text += "martlet_request_seconds_sum{\(labels)} \(Double(counts.totalMicroseconds) / 1_000_000)\n"
        text += "martlet_request_seconds_count{\(labels)} \(total)\n"
    }

    private static func head(_ name: String, _ type: String, _ help: String, _ text: inout String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private static func labels(_ metrics: EndpointMetrics) -> String {
        "endpoint=\"\(Self.escape(metrics.endpoint))\",version=\"\(Self.escape(metrics.version))\","
            + "variant=\"\(Self.escape(metrics.variant))\"" + (metrics.isShadow ? ",shadow=\"true\"" : "")
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
