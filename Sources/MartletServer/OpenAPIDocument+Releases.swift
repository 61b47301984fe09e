import MartletCore

extension OpenAPIDocument {
    /// The operations of releases and experiments.
    package static let releaseOperations: [Operation] =
        Self.operations(of: "release", verbs: ["abort", "rollback", "promote"])
        + Self.operations(of: "experiment", verbs: ["stop", "promote"])

    private static func operations(of kind: String, verbs: [String]) -> [Operation] {
        let base = "/v1/\(kind)s"
        let name = kind.prefix(1).uppercased() + kind.dropFirst()
        let reads = [
            ("", "list\(name)s", "The \(kind)s, the newest first; ?endpoint= narrows them."),
            ("/{id}", "get\(name)", "Where the \(kind) stands, with its newest decision."),
            ("/{id}/decisions", "list\(name)Decisions", "Every decision with its rule, verdict and reasons."),
            ("/{id}/replay", "replay\(name)", "Every decision made again from its record; whether all agree."),
        ]
        .map { path, name, summary in
            Operation(
                method: "get",
                path: base + path,
                name: name,
                summary: summary,
                responses: ["200": Self.response("As asked.", Self.object)]
                    .merging(Self.errors(path.isEmpty ? ["403"] : ["403", "404"])) { first, _ in first }
            )
        }
        let start = Operation(
            method: "post",
            path: base,
            name: "start\(name)",
            summary: "Start a \(kind) of a version by a plan of the workspace.",
            responses: ["201": Self.response("Started.", Self.object)]
                .merging(Self.errors(["403", "404", "409", "422"])) { first, _ in first },
            requestBody: Self.body(["plan", "version", "reason", "by"] + (kind == "release" ? ["waive"] : []))
        )
        let decisions = verbs.map { verb in
            Operation(
                method: "post",
                path: "\(base)/{id}/\(verb)",
                name: "\(verb)\(name)",
                summary: "A person decides: \(verb).",
                responses: ["200": Self.response("The \(kind) as it then stands.", Self.object)]
                    .merging(Self.errors(["403", "404", "409", "422"])) { first, _ in first },
                requestBody: Self.body(["reason", "by"])
            )
        }
        return reads + [start] + decisions
    }

    /// A JSON object of strings; `waive` is an object of items with reasons.
    private static func body(_ members: [String]) -> JSONValue {
        let properties = members.map { member in
            (member, .object(["type": member == "waive" ? "object" : "string"]) as JSONValue)
        }
        let required = members.filter { ["plan", "version"].contains($0) }.map(JSONValue.string)
        var schema: [String: JSONValue] = [
            "type": "object", "properties": .object(Dictionary(properties) { first, _ in first }),
            "additionalProperties": false,
        ]
        if !required.isEmpty { schema["required"] = .array(required) }
        return .object([
            "required": .boolean(!required.isEmpty),
            "content": .object(["application/json": .object(["schema": .object(schema)])]),
        ])
    }
}
