import Foundation
import MartletCore
import MartletTesting
import Testing

@testable import MartletMonitoring

/// Rules checked by Prometheus' own tool, where it is installed; `MARTLET_REQUIRE_CLIENTS=1` says it must be.
struct PrometheusRulesTests {
    private static let tool: String? = ["/usr/bin/promtool", "/usr/local/bin/promtool", "/opt/homebrew/bin/promtool"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    private static let isTestable =
        Self.tool != nil || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"

    private func promtool(_ arguments: [String], in folder: URL) throws -> (status: Int32, text: String) {
        let tool = try #require(Self.tool, "promtool is missing; run scripts/setup-clients")
        let outcome = try TestProgram.run([tool] + arguments, in: folder)
        return (outcome.status, outcome.output + outcome.errors)
    }

    private func folder(_ files: [String: String]) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-rules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return folder
    }

    @Test(.enabled(if: Self.isTestable))
    func `promtool accepts every rule`() throws {
        let groups = AlertCatalog.groups(ServiceObjectives())
        let folder = try self.folder(["rules.yaml": PrometheusRules.text(groups)])
        defer { try? FileManager.default.removeItem(at: folder) }
        let (status, text) = try self.promtool(["check", "rules", "rules.yaml"], in: folder)
        let count = groups.reduce(0) { $0 + $1.recorded.count + $1.alerts.count }
        #expect(status == 0, "\(text)")
        #expect(text.contains("\(count) rules found"), "\(text)")
    }

    /// What a service says minute by minute, and which alerts must and must not follow.
    private static let scenarios = """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - series: 'martlet_requests_total{endpoint="ill",version="a:1",variant="live",code="ok"}'
                values: '0+950x240'
              - series: 'martlet_requests_total{endpoint="ill",version="a:1",variant="live",code="model.failed"}'
                values: '0+50x240'
              - series: 'martlet_requests_total{endpoint="well",version="a:1",variant="live",code="ok"}'
                values: '0+999x240'
              - series: 'martlet_requests_total{endpoint="well",version="a:1",variant="live",code="request.missingKey"}'
                values: '0+500x240'
              - series: 'martlet_requests_total{endpoint="shadowed",version="a:2",variant="next",shadow="true",code="model.failed"}'
                values: '0+500x240'
              - series: 'martlet_requests_total{endpoint="shadowed",version="a:1",variant="live",code="ok"}'
                values: '0+500x240'
              - series: 'martlet_request_seconds_bucket{endpoint="slow",version="a:1",variant="live",le="0.5"}'
                values: '0+85x240'
              - series: 'martlet_request_seconds_bucket{endpoint="slow",version="a:1",variant="live",le="1"}'
                values: '0+100x240'
              - series: 'martlet_request_seconds_bucket{endpoint="slow",version="a:1",variant="live",le="+Inf"}'
                values: '0+100x240'
              - series: 'martlet_model_error_growth{endpoint="ill",version="a:1",source="labels"}'
                values: '0.05x60 0.25x180'
              - series: 'martlet_drifted_columns{endpoint="ill",version="a:1"}'
                values: '0x60 2x180'
              - series: 'martlet_disk_used_share{instance="one"}'
                values: '0.5x60 0.9x180'
              - series: 'up{job="martlet",instance="one"}'
                values: '1x100 0x140'
            alert_rule_test:
              - eval_time: 10m
                alertname: MartletRequestsFail
                exp_alerts:
                  - exp_labels: {endpoint: ill, priority: P0}
                    exp_annotations:
                      summary: 'ill: 5% of requests fail'
                      runbook: "RUNBOOK"
                      reaction: 15 minutes, at any hour
              - eval_time: 3h
                alertname: MartletBudgetBurnsNow
                exp_alerts: []
        """

    @Test(.enabled(if: Self.isTestable))
    func `alerts follow from what a service says, and only those`() throws {
        let groups = AlertCatalog.groups(ServiceObjectives())
        let runbook = groups.flatMap(\.alerts).first { $0.name == "MartletRequestsFail" }?.runbook ?? ""
        let rules = PrometheusRules.text(groups)
        // Counts of firing alerts, read from Prometheus' own series of alerts.
        let counts: [(String, String, Int)] = [
            ("59m", "MartletErrorGrew", 0), ("80m", "MartletErrorGrew", 1), ("59m", "MartletInputsDrifted", 0),
            ("80m", "MartletInputsDrifted", 1), ("59m", "MartletDiskFills", 0), ("75m", "MartletDiskFills", 1),
            ("10m", "MartletRequestsFail", 1), ("15m", "MartletSlow", 1), ("99m", "MartletDown", 0),
            ("104m", "MartletDown", 1), ("4h", "MartletBudgetBurns", 1), ("4h", "MartletBudgetBurnsNow", 0),
        ]
        let queries = counts.map { time, name, count in
            let alerts = #"count(ALERTS{alertname=\"\#(name)\",alertstate=\"firing\"}) or vector(0)"#
            return "      - expr: \"\(alerts)\"\n        eval_time: \(time)\n"
                + "        exp_samples: [{labels: '{}', value: \(count)}]\n"
        }
        let text =
            Self.scenarios.replacing("RUNBOOK", with: runbook) + "\n    promql_expr_test:\n" + queries.joined()
        let folder = try self.folder(["rules.yaml": rules, "tests.yaml": text])
        defer { try? FileManager.default.removeItem(at: folder) }
        let (status, output) = try self.promtool(["test", "rules", "tests.yaml"], in: folder)
        #expect(status == 0, "\(output)")
    }

    @Test
    func `a rule that promises more says so`() throws {
        var objectives = ServiceObjectives()
        objectives.latencyAlertSeconds = 0.3
        objectives.errorShare = 0.001
        let text = PrometheusRules.text(AlertCatalog.groups(objectives))
        #expect(text.contains("martlet:latency_p95_seconds:5m > 0.3"))
        #expect(text.contains("martlet:error_share:1h > 0.0144 and martlet:error_share:5m > 0.0144"))
    }

    @Test
    func `the dashboard has a panel for everything that is promised, each of its own place`() throws {
        let dashboard = GrafanaDashboard.json(ServiceObjectives())
        guard case .array(let panels)? = dashboard["panels"] else {
            Issue.record("no panels")
            return
        }
        #expect(panels.count >= 8)
        #expect(Set(panels.compactMap { $0["gridPos"]?.canonicalText }).count == panels.count)
        let text = dashboard.canonicalText
        for metric in ["martlet_drift{", "martlet_model_error_growth{", "martlet_request_seconds_bucket{"] {
            #expect(text.contains(metric))
        }
    }
}
