import MartletCore

/// The files that are built into the program: templates, style sheet, scripts, drawings.
enum ConsoleFiles {
    /// A file that browsers ask for.
    struct Asset: Sendable {
        let name: String
        let contentType: String
        let bytes: [UInt8]
    }

    /// The templates by name.
    static let templates: [(name: String, text: String)] = [
        ("alert", PackageResources.alert_mustache),
        ("alert_forms", PackageResources.alert_forms_mustache),
        ("alerts", PackageResources.alerts_mustache),
        ("artifacts", PackageResources.artifacts_mustache),
        ("charts", PackageResources.charts_mustache),
        ("compare", PackageResources.compare_mustache),
        ("ab_test", PackageResources.ab_test_mustache),
        ("data", PackageResources.data_mustache),
        ("endpoint", PackageResources.endpoint_mustache),
        ("endpoints", PackageResources.endpoints_mustache),
        ("experiments", PackageResources.experiments_mustache),
        ("facts", PackageResources.facts_mustache),
        ("feature_view", PackageResources.feature_view_mustache),
        ("features", PackageResources.features_mustache),
        ("files", PackageResources.files_mustache),
        ("frame", PackageResources.frame_mustache),
        ("indicators", PackageResources.indicators_mustache),
        ("job", PackageResources.job_mustache),
        ("ledger", PackageResources.ledger_mustache),
        ("metric_tables", PackageResources.metric_tables_mustache),
        ("metrics", PackageResources.metrics_mustache),
        ("model", PackageResources.model_mustache),
        ("models", PackageResources.models_mustache),
        ("objectives", PackageResources.objectives_mustache),
        ("overview", PackageResources.overview_mustache),
        ("pager", PackageResources.pager_mustache),
        ("pipelines", PackageResources.pipelines_mustache),
        ("problem", PackageResources.problem_mustache),
        ("quality", PackageResources.quality_mustache),
        ("release", PackageResources.release_mustache),
        ("release_aside", PackageResources.release_aside_mustache),
        ("release_decisions", PackageResources.release_decisions_mustache),
        ("retraining", PackageResources.retraining_mustache),
        ("retraining_plan", PackageResources.retraining_plan_mustache),
        ("run", PackageResources.run_mustache),
        ("run_head", PackageResources.run_head_mustache),
        ("runs", PackageResources.runs_mustache),
        ("sign_in", PackageResources.sign_in_mustache),
        ("source", PackageResources.source_mustache),
        ("tabs", PackageResources.tabs_mustache),
        ("time", PackageResources.time_mustache),
        ("version", PackageResources.version_mustache),
        ("version_artifacts", PackageResources.version_artifacts_mustache),
    ]
    .map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }

    /// What browsers ask for, by name.
    static let assets: [String: Asset] = Dictionary(
        uniqueKeysWithValues: [
            Asset(name: "console.css", contentType: Self.css, bytes: PackageResources.console_css),
            Asset(name: "charts.css", contentType: Self.css, bytes: PackageResources.charts_css),
            Asset(name: "console.js", contentType: Self.script, bytes: PackageResources.console_js),
            Asset(name: "live.js", contentType: Self.script, bytes: PackageResources.live_js),
            Asset(name: "charts.js", contentType: Self.script, bytes: PackageResources.charts_js),
            Asset(name: "selection.js", contentType: Self.script, bytes: PackageResources.selection_js),
            Asset(name: "sort.js", contentType: Self.script, bytes: PackageResources.sort_js),
            Asset(name: "times.js", contentType: Self.script, bytes: PackageResources.times_js),
            Asset(name: "mark.svg", contentType: "image/svg+xml", bytes: PackageResources.mark_svg),
        ]
        .map { ($0.name, $0) }
    )

    /// Names the content of all assets, so that a browser keeps them until they change.
    static let revision = String(
        ContentHash(of: Self.assets.keys.sorted().flatMap { Self.assets[$0]?.bytes ?? [] }).short
    )

    private static let css = "text/css; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"
}
