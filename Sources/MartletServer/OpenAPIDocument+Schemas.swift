import MartletCore

extension OpenAPIDocument {
    /// The schemas the operations refer to.
    static let schemas: [String: JSONValue] = [
        "Error": Self.object(
            [
                "code": Self.type("string"), "message": Self.type("string"),
                "field": .object(["type": ["string", "null"]]),
            ],
            required: ["code", "message", "field"]
        ),
        "PredictRequest": Self.object(
            [
                "inputs": .object([
                    "type": "array", "minItems": 1,
                    "items": Self.object(
                        ["entities": Self.map(["string", "integer", "boolean"]), "features": Self.map(nil)],
                        required: []
                    ),
                ]),
                "explain": Self.type("boolean"),
                "include_features": Self.type("boolean"),
                "allow_unknown_entities": Self.type("boolean"),
                "unit": .object([
                    "type": "string", "maxLength": 256,
                    "description": "Who the predictions are for; decides on the variant.",
                ]),
            ],
            required: ["inputs"]
        ),
        "PredictResponse": Self.object(
            [
                "request_id": Self.type("string"), "endpoint": Self.type("string"),
                "model": Self.object(
                    ["name": Self.type("string"), "version": Self.type("integer")],
                    required: ["name", "version"]
                ),
                "variant": Self.type("string"), "release": Self.type("string"), "unit": Self.type("string"),
                "predictions": .object(["type": "array", "items": Self.prediction]),
            ],
            required: ["request_id", "endpoint", "model", "variant", "predictions"]
        ),
        "Interaction": Self.object(
            [
                "id": Self.type("string"), "at": Self.time, "endpoint": Self.type("string"),
                "kind": Self.type("string"), "unit": Self.type("string"), "request_id": Self.type("string"),
                "amount": Self.type("number"),
            ],
            required: ["id", "endpoint", "kind"]
        ),
        "Outcome": Self.object(
            [
                "id": Self.type("string"), "at": Self.time, "endpoint": Self.type("string"),
                "request_id": Self.type("string"), "entity": Self.type("string"), "value": Self.type("number"),
            ],
            required: ["id", "endpoint", "value"]
        ),
        "FeedbackReceipt": Self.object(
            ["accepted": Self.type("integer"), "duplicates": Self.type("integer")],
            required: ["accepted", "duplicates"]
        ),
    ]

    private static let prediction: JSONValue = Self.object(
        [
            "value": Self.type("number"), "label": Self.type("integer"), "threshold": Self.type("number"),
            "features": .object([
                "type": "array",
                "items": Self.object(
                    [
                        "name": Self.type("string"), "value": .object([:]),
                        "status": .object([
                            "enum": ["PRESENT", "NOT_FOUND", "NULL_VALUE", "OUTSIDE_MAX_AGE", "REQUEST"]
                        ]),
                        "event_time": .object(["type": "string", "format": "date-time"]),
                        "age_seconds": Self.type("number"),
                    ],
                    required: ["name", "value", "status"]
                ),
            ]),
            "explanation": Self.object(
                [
                    "scale": .object([
                        "description": "Of raw_score, base_value and contributions, which add up to raw_score.",
                        "enum": ["identity", "log_odds", "log", "raw"],
                    ]),
                    "raw_score": Self.type("number"), "base_value": Self.type("number"),
                    "contributions": .object([
                        "type": "array",
                        "items": Self.object(
                            ["feature": Self.type("string"), "value": Self.type("number")],
                            required: ["feature", "value"]
                        ),
                    ]),
                ],
                required: ["scale", "raw_score", "base_value", "contributions"]
            ),
        ],
        required: ["value"]
    )

    private static let time: JSONValue = .object(["type": "string", "format": "date-time"])

    private static func type(_ name: String) -> JSONValue { .object(["type": .string(name)]) }

    private static func map(_ types: [String]?) -> JSONValue {
        let values: JSONValue = types.map { .object(["type": .array($0.map(JSONValue.string))]) } ?? .object([:])
        return .object(["type": "object", "additionalProperties": values])
    }

    private static func object(_ properties: [String: JSONValue], required: [String]) -> JSONValue {
        .object([
            "type": "object", "properties": .object(properties),
            "required": .array(required.map(JSONValue.string)),
        ])
    }
}
