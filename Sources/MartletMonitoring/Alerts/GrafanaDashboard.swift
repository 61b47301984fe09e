package import MartletCore

/// A Grafana dashboard over the same metrics and objectives as the alerts.
package enum GrafanaDashboard {
    private struct Panel {
        let title: String
        let unit: String
        let queries: [(expression: String, legend: String)]
        let limit: Double?

        init(_ title: String, _ unit: String, _ queries: [(String, String)], limit: Double? = nil) {
            self.title = title
            self.unit = unit
            self.queries = queries.map { (expression: $0.0, legend: $0.1) }
            self.limit = limit
        }
    }

    /// The dashboard as Grafana imports it; the reader chooses the data source and the endpoint.
    package static func json(_ objectives: ServiceObjectives) -> JSONValue {
        let panels = self.panels(objectives).enumerated().map { Self.json($1, position: $0) }
        return .object([
            "title": "Martlet", "uid": "martlet", "schemaVersion": 39, "editable": true, "refresh": "30s",
            "tags": ["martlet"], "time": ["from": "now-6h", "to": "now"], "panels": .array(panels),
            "templating": [
                "list": [
                    ["name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"],
                    [
                        "name": "endpoint", "label": "Endpoint", "type": "query", "includeAll": true, "multi": true,
                        "datasource": ["type": "prometheus", "uid": "${source}"], "refresh": 2,
                        "query": ["query": "label_values(martlet_requests_total, endpoint)", "refId": "endpoint"],
                        "current": ["text": "All", "value": "$__all"],
                    ],
                ]
            ],
        ])
    }

    private static func panels(_ objectives: ServiceObjectives) -> [Panel] {
        let here = #"endpoint=~"$endpoint""#
        func latency(_ quantile: String) -> (String, String) {
            (
                "histogram_quantile(0.\(quantile), sum by (endpoint, le) "
                    + "(rate(martlet_request_seconds_bucket{\(here),shadow=\"\"}[5m])))", "p\(quantile) {{endpoint}}"
            )
        }
        return [
            Panel(
                "Requests",
                "reqps",
                [("sum by (endpoint, variant) (rate(martlet_requests_total{\(here)}[5m]))", "{{endpoint}} {{variant}}")]
            ),
            Panel("Latency", "s", ["50", "95", "99"].map(latency), limit: objectives.latencySeconds),
            Panel(
                "Share of errors",
                "percentunit",
                [("martlet:error_share:5m{\(here)}", "{{endpoint}}")],
                limit: objectives.errorShare
            ),
            Panel(
                "Refused by code",
                "reqps",
                [("sum by (code) (rate(martlet_requests_total{\(here),code!=\"ok\"}[5m]))", "{{code}}")]
            ),
            Panel(
                "Drift of inputs (PSI)",
                "none",
                [("martlet_drift{\(here),measure=\"psi\"}", "{{endpoint}} {{column}}")],
                limit: 0.2
            ),
            Panel(
                "Error against training",
                "percentunit",
                [("martlet_model_error_growth{\(here)}", "{{endpoint}} {{version}} by {{source}}")],
                limit: objectives.errorGrowth
            ),
            Panel(
                "Error of the model",
                "none",
                [
                    ("martlet_model_quality{\(here),source=\"labels\"}", "{{endpoint}} {{figure}} realised"),
                    ("martlet_model_quality{\(here),source=\"estimate\"}", "{{endpoint}} {{figure}} estimated"),
                ]
            ),
            Panel("Labels in", "percentunit", [("martlet_labelled_share{\(here)}", "{{endpoint}} {{version}}")]),
            Panel("Missing inputs", "percentunit", [("martlet_missing_share{\(here)} > 0", "{{endpoint}} {{column}}")]),
            Panel(
                "Host",
                "percentunit",
                [
                    ("martlet_disk_used_share", "disk {{instance}}"),
                    ("rate(process_cpu_seconds_total{job=~\".*martlet.*\"}[5m])", "CPU {{instance}}"),
                ],
                limit: objectives.diskShare
            ),
        ]
    }

    private static func json(_ panel: Panel, position: Int) -> JSONValue {
        let targets = panel.queries.enumerated()
            .map { index, query -> JSONValue in
                .object([
                    "refId": .string(String(UnicodeScalar(UInt8(65 + index)))), "expr": .string(query.expression),
                    "legendFormat": .string(query.legend),
                    "datasource": ["type": "prometheus", "uid": "${source}"],
                ])
            }
        var steps: [JSONValue] = [.object(["color": "green", "value": .null])]
        if let limit = panel.limit { steps.append(.object(["color": "red", "value": .number(limit)])) }
        return .object([
            "id": .integer(Int64(position + 1)), "type": "timeseries", "title": .string(panel.title),
            "datasource": ["type": "prometheus", "uid": "${source}"], "targets": .array(targets),
            "gridPos": .object([
                "x": .integer(Int64(position % 2 * 12)), "y": .integer(Int64(position / 2 * 8)), "w": 12, "h": 8,
            ]),
            "fieldConfig": .object([
                "defaults": .object([
                    "unit": .string(panel.unit),
                    "custom": ["thresholdsStyle": ["mode": "line"]],
                    "thresholds": .object(["mode": "absolute", "steps": .array(steps)]),
                ]),
                "overrides": [],
            ]),
        ])
    }
}
