package import MartletCore

/// All that a Martlet service tells somebody of, by what it promises.
package enum AlertCatalog {
    /// The groups for `objectives`.
    package static func groups(_ objectives: ServiceObjectives) -> [AlertGroup] {
        [
            self.service(objectives), self.budget(objectives), self.models(objectives), self.data(),
            self.host(objectives),
        ]
    }

    /// What to do about the alert `name`.
    static func runbook(_ name: String) -> String {
        self.groups(ServiceObjectives()).flatMap(\.alerts).first { $0.name == name }?.runbook ?? ""
    }

    /// Requests that failed although nothing was wrong with them.
    package static let faults = #"code=~"(\#(Self.faultDomains.joined(separator: "|")))\\..*""#
    /// The first parts of their codes.
    private static let faultDomains = ["model", "explanation", "deployment", "endpoint", "log", "online", "server"]

    /// Whether a request that was refused with `code` failed by the server's fault.
    package static func isFault(_ code: ErrorCode) -> Bool {
        self.faultDomains.contains(String(code.description.prefix { $0 != "." }))
    }
    /// The windows over which the share of errors is recorded.
    private static let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

    private static func errorShare(_ window: String) -> String {
        "(sum by (endpoint) (rate(martlet_requests_total{\(self.faults),shadow=\"\"}[\(window)])) or "
            + "0 * sum by (endpoint) (rate(martlet_requests_total{shadow=\"\"}[\(window)]))) / "
            + "(sum by (endpoint) (rate(martlet_requests_total{shadow=\"\"}[\(window)])) > 0)"
    }

    private static func service(_ objectives: ServiceObjectives) -> AlertGroup {
        AlertGroup(
            name: "martlet-service",
            recorded: self.windows.map {
                RecordedQuery(name: "martlet:error_share:\($0)", expression: self.errorShare($0))
            }
                + [
                    RecordedQuery(
                        name: "martlet:latency_p95_seconds:5m",
                        expression: "histogram_quantile(0.95, sum by (endpoint, le) "
                            + "(rate(martlet_request_seconds_bucket{shadow=\"\"}[5m])))"
                    )
                ],
            alerts: [
                AlertDefinition(
                    "MartletDown",
                    .p0,
                    when: "up{job=~\".*martlet.*\"} == 0",
                    holds: "1m",
                    summary: "{{ $labels.instance }} does not answer",
                    runbook:
                        "Look whether the process runs and why it ended; start it. What it had under way is finished or "
                        + "undone at the start."
                ),
                AlertDefinition(
                    "MartletRequestsFail",
                    .p0,
                    when: "martlet:error_share:5m > \(objectives.errorAlertShare)",
                    holds: "2m",
                    summary: "{{ $labels.endpoint }}: {{ $value | humanizePercentage }} of requests fail",
                    runbook:
                        "martlet release status: take back a release that is under way (martlet release rollback). "
                        + "Otherwise look at martlet_requests_total by code."
                ),
                AlertDefinition(
                    "MartletSlow",
                    .p1,
                    when: "martlet:latency_p95_seconds:5m > \(objectives.latencyAlertSeconds)",
                    holds: "5m",
                    summary: "{{ $labels.endpoint }}: 95 % of answers take up to {{ $value | humanizeDuration }}",
                    runbook: "Look at martlet_requests_running and the CPU of the hosts; start more servers."
                ),
                AlertDefinition(
                    "MartletVariantOut",
                    .p1,
                    when: "martlet_variant_out == 1",
                    holds: nil,
                    summary:
                        "{{ $labels.endpoint }}: variant {{ $labels.variant }} ({{ $labels.version }}) was taken out",
                    runbook:
                        "Its units are answered by another variant. martlet release explain says what it did; roll back."
                ),
                AlertDefinition(
                    "MartletLogCannotBeWritten",
                    .p0,
                    when: "increase(martlet_log_failures_total[5m]) > 0",
                    holds: nil,
                    summary: "the prediction log of {{ $labels.instance }} cannot be written",
                    runbook:
                        "Free space on the disk or restore the folder's rights: when the queue is full, requests are refused."
                ),
            ]
        )
    }

    private static func budget(_ objectives: ServiceObjectives) -> AlertGroup {
        AlertGroup(
            name: "martlet-error-budget",
            recorded: [],
            alerts: BurnRule.all.map { burn in
                let limit = Self.decimal(burn.rate * objectives.errorShare)
                let (long, short) = (burn.long.description, burn.short.description)
                return AlertDefinition(
                    "Martlet\(burn.rule.rawValue)",
                    burn.rule.priority,
                    when: "martlet:error_share:\(long) > \(limit) and martlet:error_share:\(short) > \(limit)",
                    holds: nil,
                    summary:
                        "{{ $labels.endpoint }}: errors use up the budget \(Self.decimal(burn.rate)) times as fast as it "
                        + "lasts",
                    runbook:
                        "At this rate what may fail in 30 days is used up in \(Self.decimal(30 / burn.rate)) days. "
                        + "martlet slo shows what is left."
                )
            }
        )
    }

    private static func models(_ objectives: ServiceObjectives) -> AlertGroup {
        AlertGroup(
            name: "martlet-models",
            recorded: [],
            alerts: [
                AlertDefinition(
                    "MartletErrorGrew",
                    .p1,
                    when: "martlet_model_error_growth{source=\"labels\"} > \(objectives.errorGrowth)",
                    holds: "15m",
                    summary: "{{ $labels.endpoint }}: the error of {{ $labels.version }} is "
                        + "{{ $value | humanizePercentage }} above that of training",
                    runbook:
                        "martlet monitor quality names the parts that do worst, martlet monitor drift what changed; train again."
                ),
                AlertDefinition(
                    "MartletErrorExpectedToGrow",
                    .p2,
                    when: "martlet_model_error_growth{source=\"estimate\"} > \(objectives.errorGrowth)",
                    holds: "15m",
                    summary: "{{ $labels.endpoint }}: the error of {{ $labels.version }} is expected to be "
                        + "{{ $value | humanizePercentage }} above that of training",
                    runbook: "Labels are not in yet. martlet monitor drift shows which inputs changed."
                ),
                AlertDefinition(
                    "MartletInputsDrifted",
                    .p2,
                    when: "martlet_drifted_columns >= \(objectives.driftedColumnCount)",
                    holds: "15m",
                    summary: "{{ $labels.endpoint }}: {{ $value }} inputs of {{ $labels.version }} drifted",
                    runbook: "martlet monitor drift shows which. Look whether a source changed before training again."
                ),
                AlertDefinition(
                    "MartletMonitoringFails",
                    .p2,
                    when: "increase(martlet_monitoring_failures_total[1h]) > 0",
                    holds: nil,
                    summary: "{{ $labels.instance }} cannot compare its traffic with training",
                    runbook: "The server's standard error says why; martlet monitor report says it again."
                ),
            ]
        )
    }

    private static func host(_ objectives: ServiceObjectives) -> AlertGroup {
        AlertGroup(
            name: "martlet-host",
            recorded: [],
            alerts: [
                AlertDefinition(
                    "MartletDiskFills",
                    .p2,
                    when: "martlet_disk_used_share > \(objectives.diskShare)",
                    holds: "10m",
                    summary: "the disk of {{ $labels.instance }} is {{ $value | humanizePercentage }} full",
                    runbook: "martlet gc removes what was deleted; move old files of the prediction log away."
                ),
                AlertDefinition(
                    "MartletFilesRunOut",
                    .p2,
                    when: "process_open_fds{job=~\".*martlet.*\"} / process_max_fds{job=~\".*martlet.*\"} > 0.8",
                    holds: "10m",
                    summary: "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its files open",
                    runbook: "Raise the limit of open files (ulimit -n), or look which client keeps connections open."
                ),
                AlertDefinition(
                    "MartletMemoryFills",
                    .p2,
                    when: "martlet_memory_used_share > \(objectives.diskShare)",
                    holds: "10m",
                    summary: "the memory of {{ $labels.instance }} is used to {{ $value | humanizePercentage }}",
                    runbook: "Look which process has it: a training may need another host, or warehouse: memory_limit."
                ),
                AlertDefinition(
                    "MartletProcessorBusy",
                    .p2,
                    when: "martlet_cpu_used_share > \(objectives.diskShare)",
                    holds: "10m",
                    summary: "the CPU of {{ $labels.instance }} is used to {{ $value | humanizePercentage }}",
                    runbook: "Look which process has it: move trainings to another host, or start more servers."
                ),
            ]
        )
    }

    private static func data() -> AlertGroup {
        AlertGroup(
            name: "martlet-data",
            recorded: [],
            alerts: [
                AlertDefinition(
                    "MartletDataStale",
                    .p2,
                    when: "martlet_data_age_seconds > martlet_data_age_limit_seconds",
                    holds: nil,
                    summary: "{{ $labels.subject }} is stale: nothing new for {{ $value | humanizeDuration }}",
                    runbook:
                        "martlet jobs list shows whether its pipeline ran and what failed; martlet ingest and martlet "
                        + "features materialize bring it up to date by hand."
                ),
                AlertDefinition(
                    "MartletCollectionFails",
                    .p1,
                    when: "martlet_collection_failed == 1",
                    holds: nil,
                    summary: "{{ $labels.subject }}: the last load failed or was refused",
                    runbook: "martlet alerts list on the server says why; martlet ingest tries again."
                ),
            ]
        )
    }

    /// A number without a tail of binary digits.
    private static func decimal(_ value: Double) -> String {
        let rounded = (value * 1_000_000).rounded() / 1_000_000
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
