package import MartletCore
package import MartletMonitoring

extension Alert {
    /// The alert with stable keys, as REST and the command line give it.
    package func json(silences: [AlertSilence], at now: EventTime) -> JSONValue {
        .object([
            "id": .string(self.id), "alert": .string(self.key), "rule": .string(self.rule),
            "about": .string(self.subject), "priority": .string(self.priority.rawValue),
            "phase": .string(self.phase.rawValue), "summary": .string(self.summary),
            "causes": .array(self.causes.map(JSONValue.string)),
            "consequences": .array((self.consequences ?? []).map(JSONValue.string)),
            "rules": .array(self.rules.map(JSONValue.string)),
            "endpoints": .array(self.endpoints.map(JSONValue.string)), "group": .string(self.group),
            "runbook": .string(self.runbook), "since": .string(self.firstFoundAt.description),
            "last_found_at": .string(self.lastFoundAt.description), "told_at": Self.time(self.toldAt),
            "worsened_at": Self.time(self.worsenedAt), "escalated_at": Self.time(self.escalatedAt),
            "resolved_at": Self.time(self.resolvedAt),
            "acknowledged_by": self.acknowledgement.map { .string($0.by) } ?? .null,
            "acknowledged_at": Self.time(self.acknowledgement?.at),
            "silenced": .boolean(silences.contains { $0.covers(self, at: now) }),
        ])
    }

    private static func time(_ moment: EventTime?) -> JSONValue { moment.map { .string($0.description) } ?? .null }
}

extension AlertSilence {
    /// The silence with stable keys.
    package var json: JSONValue {
        .object([
            "id": .string(self.id), "pattern": .string(self.pattern), "until": .string(self.until.description),
            "by": .string(self.by), "reason": .string(self.reason),
        ])
    }
}
