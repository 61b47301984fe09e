import MartletCore

extension OpenAPIDocument {
    /// The operations of pipelines and jobs.
    package static let jobOperations: [Operation] = [
        Self.read("/v1/pipelines", "listPipelines", "The pipelines, what starts them, and when next.", ["403"]),
        Self.change(
            "/v1/pipelines/{name}/trigger",
            "triggerPipeline",
            "Start a job, with an account or with X-Trigger-Key; Idempotency-Key makes a repeated request start one.",
            "202"
        ),
        Self.change(
            "/v1/pipelines/{name}/push",
            "pushToPipeline",
            "Take a push that GitHub (X-Hub-Signature-256) or GitLab (X-Gitlab-Token) tells of.",
            "202"
        ),
        Self.read(
            "/v1/jobs",
            "listJobs",
            "Jobs, the newest first; ?pipeline=, ?phase=, ?before= and ?limit= narrow them.",
            ["403", "422"]
        ),
        Self.read("/v1/jobs/{id}", "getJob", "One job with its steps, and what they did.", ["403", "404"]),
        Self.read(
            "/v1/jobs/{id}/logs",
            "listJobLogs",
            "What the steps of a job wrote; ?step=, ?after= and ?limit= narrow it.",
            ["403", "404", "422"]
        ),
        Self.change("/v1/jobs/{id}/cancel", "cancelJob", "End a job.", "200"),
        Self.change("/v1/jobs/{id}/retry", "retryJob", "Do again what failed or was cancelled in a job.", "200"),
    ]

    private static let anyObject: JSONValue = .object(["type": "object"])

    private static func read(_ path: String, _ name: String, _ summary: String, _ errors: [String]) -> Operation {
        Operation(
            method: "get",
            path: path,
            name: name,
            summary: summary,
            responses: ["200": Self.response("As asked.", Self.anyObject)]
                .merging(Self.errors(errors)) { first, _ in first }
        )
    }

    private static func change(_ path: String, _ name: String, _ summary: String, _ status: String) -> Operation {
        Operation(
            method: "post",
            path: path,
            name: name,
            summary: summary,
            responses: [status: Self.response("Done.", Self.anyObject)]
                .merging(Self.errors(["403", "404", "409", "422"])) { first, _ in first }
        )
    }
}
