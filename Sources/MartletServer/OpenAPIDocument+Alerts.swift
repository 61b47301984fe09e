import MartletCore

extension OpenAPIDocument {
    /// The operations of alerts, silences and promises.
    package static let alertOperations: [Operation] = [
        Self.alertCall(
            "get",
            "/v1/alerts",
            "listAlerts",
            "What is wrong; ?state=open, over or all, and ?limit=.",
            "200"
        ),
        Self.alertCall(
            "get",
            "/v1/alerts/deliveries",
            "listAlertDeliveries",
            "What channels were told, when, and what they answered; ?alert= by id or name, ?channel= and ?limit=.",
            "200"
        ),
        Self.alertCall(
            "get",
            "/v1/alerts/actions",
            "listAlertActions",
            "What was done about alerts by itself, or would have been; ?alert= by id or name, and ?limit=.",
            "200"
        ),
        Self.alertCall("get", "/v1/alerts/{id}", "getAlert", "One alert, with its causes and what to do.", "200"),
        Self.alertCall(
            "post",
            "/v1/alerts/{id}/ack",
            "acknowledgeAlert",
            "Take an alert on, so that it is not told again.",
            "200"
        ),
        Self.alertCall("get", "/v1/silences", "listSilences", "The silences that hold.", "200"),
        Self.alertCall(
            "post",
            "/v1/silences",
            "addSilence",
            "Tell nobody of what 'pattern' names for the time 'for', with a 'reason'.",
            "201"
        ),
        Self.alertCall("delete", "/v1/silences/{id}", "liftSilence", "End a silence before its time.", "200"),
        Self.alertCall(
            "get",
            "/v1/slo",
            "getServiceLevels",
            "What is promised, how it is kept, what is left of budgets and how fast they burn.",
            "200"
        ),
    ]

    private static func alertCall(
        _ method: String,
        _ path: String,
        _ name: String,
        _ summary: String,
        _ status: String
    ) -> Operation {
        Operation(
            method: method,
            path: path,
            name: name,
            summary: summary,
            responses: [status: Self.response("As asked.", .object(["type": "object"]))]
                .merging(Self.errors(["403", "404", "422"])) { first, _ in first }
        )
    }
}
