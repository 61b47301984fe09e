package import MartletCore

/// The description of the HTTP interface, OpenAPI 3.1.
package enum OpenAPIDocument {
    /// One operation of the interface.
    package struct Operation: Sendable {
        package let method: String
        package let path: String
        let name: String
        let summary: String
        let responses: [String: JSONValue]
        var requestBody: JSONValue?
    }

    /// Every operation the server answers.
    package static let operations: [Operation] = [
        Operation(
            method: "post",
            path: "/v1/endpoints/{endpoint}/predict",
            name: "predict",
            summary: "Look up features, score, and explain when asked.",
            responses: ["200": Self.response("The predictions.", Self.reference("PredictResponse"))]
                .merging(Self.errors(["400", "404", "413", "422", "503"])) { first, _ in first },
            requestBody: .object([
                "required": true,
                "content": .object(["application/json": .object(["schema": Self.reference("PredictRequest")])]),
            ])
        ),
        Operation(
            method: "post",
            path: "/v1/interactions",
            name: "recordInteractions",
            summary: "Record what people did after predictions: one, an array, or JSON lines; idempotent by id.",
            responses: ["200": Self.response("Durably recorded.", Self.reference("FeedbackReceipt"))]
                .merging(Self.errors(["400", "403", "404", "409", "413", "422"])) { first, _ in first },
            requestBody: Self.events("Interaction")
        ),
        Operation(
            method: "post",
            path: "/v1/outcomes",
            name: "recordOutcomes",
            summary: "Record what came true of predictions: one, an array, or JSON lines; idempotent by id.",
            responses: ["200": Self.response("Durably recorded.", Self.reference("FeedbackReceipt"))]
                .merging(Self.errors(["400", "403", "404", "409", "413", "422"])) { first, _ in first },
            requestBody: Self.events("Outcome")
        ),
        Operation(
            method: "get",
            path: "/v1/endpoints",
            name: "listEndpoints",
            summary: "The endpoints, their live version and what a request must hold.",
            responses: ["200": Self.response("The endpoints.", Self.object)]
        ),
        Operation(
            method: "get",
            path: "/v1/models",
            name: "listModels",
            summary: "The registered models.",
            responses: ["200": Self.response("The models.", Self.object)]
        ),
        Operation(
            method: "get",
            path: "/v1/models/{name}/versions",
            name: "listModelVersions",
            summary: "The versions of a registered model, the newest first.",
            responses: ["200": Self.response("The versions.", Self.object)]
                .merging(Self.errors(["404"])) { first, _ in first }
        ),
        Operation(
            method: "get",
            path: "/health/live",
            name: "live",
            summary: "Whether the process answers.",
            responses: ["200": Self.response("It does.", Self.object)]
        ),
        Operation(
            method: "get",
            path: "/health/ready",
            name: "ready",
            summary: "Whether every deployed endpoint has a version that answers.",
            responses: [
                "200": Self.response("Ready, or degraded with the failures named.", Self.object),
                "503": Self.response("Still loading.", Self.object),
            ]
        ),
        Operation(
            method: "get",
            path: "/metrics",
            name: "metrics",
            summary: "Counters in Prometheus text format 0.0.4.",
            responses: [
                "200": .object([
                    "description": "The metrics.",
                    "content": .object(["text/plain": .object(["schema": .object(["type": "string"])])]),
                ])
            ]
        ),
        Operation(
            method: "get",
            path: "/openapi.json",
            name: "openAPI",
            summary: "This document.",
            responses: ["200": Self.response("OpenAPI 3.1.", Self.object)]
        ),
    ]

    /// The whole document.
    package static func document(version: String) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for operation in Self.operations + Self.releaseOperations + Self.jobOperations + Self.insightOperations
            + Self.alertOperations
        {
            // A path may take several methods.
            guard case .object(let item) = Self.item(operation) else { continue }
            guard case .object(let known)? = paths[operation.path] else {
                paths[operation.path] = .object(item)
                continue
            }
            paths[operation.path] = .object(known.merging(item) { first, _ in first })
        }
        return .object([
            "openapi": "3.1.0",
            "info": .object(["title": "Martlet", "version": .string(version)]),
            "paths": .object(paths),
            "components": .object(["schemas": .object(Self.schemas)]),
        ])
    }

    private static func item(_ operation: Operation) -> JSONValue {
        let parameters = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { part -> JSONValue in
                .object([
                    "name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true,
                    "schema": .object(["type": "string"]),
                ])
            }
        var members: [String: JSONValue] = [
            "operationId": .string(operation.name), "summary": .string(operation.summary),
            "responses": .object(operation.responses),
        ]
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        members["requestBody"] = operation.requestBody
        return .object([operation.method: .object(members)])
    }

    static let object: JSONValue = .object(["type": "object"])

    private static func reference(_ name: String) -> JSONValue {
        .object(["$ref": .string("#/components/schemas/\(name)")])
    }

    private static func events(_ schema: String) -> JSONValue {
        let one = Self.reference(schema)
        let many: JSONValue = .object(["type": "array", "items": one])
        return .object([
            "required": true,
            "content": .object([
                "application/json": .object(["schema": .object(["oneOf": .array([one, many])])]),
                "application/x-ndjson": .object(["schema": one]),
            ]),
        ])
    }

    static func response(_ description: String, _ schema: JSONValue) -> JSONValue {
        .object([
            "description": .string(description),
            "content": .object(["application/json": .object(["schema": schema])]),
        ])
    }

    static func errors(_ statuses: [String]) -> [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: statuses.map { ($0, Self.response("Refused.", Self.reference("Error"))) }
        )
    }
}
