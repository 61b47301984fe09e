import MartletCore

extension OpenAPIDocument {
    /// The operations that tell what the console's pages tell.
    package static let insightOperations: [Operation] = [
        Self.insight("/v1/overview", "getOverview", "Whether everything is well, and what waits for whom.", []),
        Self.insight("/v1/indicators", "getIndicators", "Deployments, success, ways back, automation; 30 days.", []),
        Self.insight("/v1/sources", "listSources", "What sources loaded, hold back and refused.", ["403"]),
        Self.insight(
            "/v1/sources/{source}",
            "getSource",
            "One source with its newest loads and what it holds back.",
            ["403", "404", "503"]
        ),
        Self.insight(
            "/v1/quarantine/{source}",
            "listQuarantine",
            "Rows held back; ?rule=, ?batch=, ?offset= and ?limit= narrow them.",
            ["403", "422", "503"]
        ),
        Self.quarantineChange("readmit", "Take rows through the rules again; dry_run keeps nothing."),
        Self.quarantineChange("discard", "Take rows out of quarantine for good, with a reason."),
        Self.insight("/v1/features", "listFeatures", "The feature views, and how fresh they are.", ["403", "503"]),
        Self.insight("/v1/quality", "getQuality", "Drift and error of what is live, hour by hour.", []),
        Self.insight("/v1/retraining", "listRetraining", "The retraining plans with their last decisions.", ["403"]),
        Self.insight(
            "/v1/retraining/{plan}",
            "getRetraining",
            "One plan with its decisions, each made once more, and its trainings.",
            ["403", "404", "422"]
        ),
    ]

    private static let someObject: JSONValue = .object(["type": "object"])

    private static func insight(_ path: String, _ name: String, _ summary: String, _ errors: [String]) -> Operation {
        Operation(
            method: "get",
            path: path,
            name: name,
            summary: summary,
            responses: ["200": Self.response("As asked.", Self.someObject)]
                .merging(Self.errors(errors)) { first, _ in first }
        )
    }

    private static func quarantineChange(_ verb: String, _ summary: String) -> Operation {
        Operation(
            method: "post",
            path: "/v1/quarantine/{source}/\(verb)",
            name: "\(verb)Quarantine",
            summary: summary,
            responses: ["200": Self.response("Done.", Self.someObject)]
                .merging(Self.errors(["403", "404", "422", "503"])) { first, _ in first }
        )
    }
}
