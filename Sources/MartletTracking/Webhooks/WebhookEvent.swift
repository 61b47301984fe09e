package import MartletCore

/// Something that a webhook may wait for, such as `model_version.created`.
package struct WebhookEvent: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String

    private init(known description: String) { self.description = description }

    /// Reads the name of an event.
    ///
    /// - Throws: `webhook.unknownEvent`, with the nearest name.
    package init(_ name: String) throws(TrackingError) {
        guard let known = Self.all.first(where: { $0.description == name }) else {
            let names = Self.all.map(\.description)
            throw TrackingError(
                .unknownWebhookEvent,
                "there is no event '\(name.prefix(60))'.\(NearestName.suggestion(name, among: names)) "
                    + "Events: \(names.joined(separator: ", "))"
            )
        }
        self = known
    }

    package static let registeredModelCreated = WebhookEvent(known: "registered_model.created")
    package static let modelVersionCreated = WebhookEvent(known: "model_version.created")
    package static let modelVersionTagSet = WebhookEvent(known: "model_version_tag.set")
    package static let modelVersionTagDeleted = WebhookEvent(known: "model_version_tag.deleted")
    package static let modelVersionAliasCreated = WebhookEvent(known: "model_version_alias.created")
    package static let modelVersionAliasDeleted = WebhookEvent(known: "model_version_alias.deleted")
    package static let modelVersionApproved = WebhookEvent(known: "model_version.approved")
    package static let modelVersionRejected = WebhookEvent(known: "model_version.rejected")
    package static let modelVersionStaged = WebhookEvent(known: "model_version.staged")
    package static let modelVersionDeleted = WebhookEvent(known: "model_version.deleted")
    package static let endpointDeployed = WebhookEvent(known: "endpoint.deployed")
    package static let endpointRouted = WebhookEvent(known: "endpoint.routed")
    package static let endpointRemoved = WebhookEvent(known: "endpoint.removed")
    package static let alertFired = WebhookEvent(known: "alert.fired")
    package static let alertEscalated = WebhookEvent(known: "alert.escalated")
    package static let alertResolved = WebhookEvent(known: "alert.resolved")
    package static let alertActed = WebhookEvent(known: "alert.acted")

    /// The events that MLflow's clients have a name for.
    package static let mlflow: [WebhookEvent] = [
        registeredModelCreated, modelVersionCreated, modelVersionTagSet, modelVersionTagDeleted,
        modelVersionAliasCreated, modelVersionAliasDeleted,
    ]

    /// Every event.
    package static let all: [WebhookEvent] =
        mlflow + [
            modelVersionApproved, modelVersionRejected, modelVersionStaged, modelVersionDeleted, endpointDeployed,
            endpointRouted, endpointRemoved, alertFired, alertEscalated, alertResolved, alertActed,
        ]

    /// What it happened to, such as `model_version`.
    package var entity: String { String(self.description.prefix { $0 != "." }) }

    /// What happened, such as `created`.
    package var action: String { String(self.description.drop { $0 != "." }.dropFirst()) }

    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

/// An event that happened, with what a receiver wants to know of it.
package struct WebhookNotice: Sendable, Hashable {
    package var event: WebhookEvent
    package var at: EventTime
    package var actor: String
    package var data: [String: JSONValue]

    /// Describes what happened.
    package init(_ event: WebhookEvent, at moment: EventTime, by actor: String, data: [String: JSONValue]) {
        self.event = event
        self.at = moment
        self.actor = actor
        self.data = data
    }

    /// An invented notice of `event`, to try a webhook with.
    package static func sample(of event: WebhookEvent, at now: EventTime) -> WebhookNotice {
        var data: [String: JSONValue] = ["name": "example_model"]
        switch event.entity {
        case "registered_model": data.merge(["description": "An example.", "tags": [:]]) { $1 }
        case "model_version":
            data.merge(["version": "1", "source": "models:/example", "run_id": .null, "tags": [:]]) { $1 }
        case "model_version_tag":
            data.merge(["version": "1", "key": "example_key", "value": "example_value"]) { $1 }
        case "model_version_alias": data.merge(["version": "1", "alias": "example_alias"]) { $1 }
        case "alert":
            data = [
                "rule": "Slow", "about": "endpoint:example", "priority": "P1", "summary": "an example", "causes": [],
                "runbook": "Nothing is wrong.", "since": .string(now.description),
            ]
            if event == .alertActed {
                data.merge(["action": "scale", "state": "done", "outcome": "an example"]) { $1 }
            }
        default: data = ["endpoint": "example", "version": "example_model:1"]
        }
        return WebhookNotice(event, at: now, by: "martlet", data: data)
    }

    /// The notices that an entry of the ledger gives rise to; most give one, an approval two, an alias one.
    package static func of(_ record: LedgerRecord) -> [WebhookNotice] {
        func notice(_ event: WebhookEvent, _ data: [String: JSONValue]) -> WebhookNotice {
            WebhookNotice(event, at: record.at, by: record.actor, data: data)
        }
        let payload = record.payload
        if record.subject.hasPrefix("alert:") {
            let events: [LedgerAction: WebhookEvent] = [
                .alertFired: .alertFired, .alertEscalated: .alertEscalated, .alertResolved: .alertResolved,
                .alertActed: .alertActed,
            ]
            return events[record.action].map { [notice($0, Self.members(payload))] } ?? []
        }
        if record.subject.hasPrefix("endpoint:") {
            let endpoint = JSONValue.string(String(record.subject.dropFirst("endpoint:".count)))
            let data = [
                "endpoint": endpoint, "version": payload["version"] ?? .null, "before": payload["before"] ?? .null,
            ]
            switch record.action {
            case .endpointDeployed: return [notice(.endpointDeployed, data)]
            case .endpointRouted:
                let traffic = [
                    "endpoint": endpoint, "variants": payload["variants"] ?? .null,
                    "before": payload["before"] ?? .null, "release": payload["release"] ?? .null,
                ]
                return [notice(.endpointRouted, traffic)]
            case .endpointRemoved: return [notice(.endpointRemoved, data)]
            default: return []
            }
        }
        guard record.subject.hasPrefix("model:") else { return [] }
        let subject = record.subject.dropFirst("model:".count)
        if record.action == .modelCreated {
            let data = ["name": JSONValue.string(String(subject))].merging(Self.members(payload)) { first, _ in first }
            return [notice(.registeredModelCreated, data)]
        }
        guard let mark = subject.lastIndex(of: ":") else { return [] }
        let version = JSONValue.string(String(subject[subject.index(after: mark)...]))
        let id: [String: JSONValue] = ["name": .string(String(subject[..<mark])), "version": version]
        return Self.versionEvents(record.action, payload, version)
            .map { event, data in notice(event, id.merging(data) { first, _ in first }) }
    }

    private static func versionEvents(
        _ action: LedgerAction,
        _ payload: JSONValue,
        _ version: JSONValue
    ) -> [(WebhookEvent, [String: JSONValue])] {
        let reason = payload["reason"] ?? .null
        func decided(_ event: WebhookEvent, _ status: ApprovalStatus) -> [(WebhookEvent, [String: JSONValue])] {
            [
                (event, ["reason": reason, "before": payload["before"] ?? .null]),
                (
                    .modelVersionTagSet,
                    ["key": .string(Approval.Tag.status), "value": .string(status.rawValue)]
                ),
            ]
        }
        switch action {
        case .versionRegistered:
            let members = Self.members(payload)
            return [
                (
                    .modelVersionCreated,
                    [
                        "source": members["source"] ?? .null, "run_id": members["run"] ?? .null,
                        "tags": members["tags"] ?? [:], "description": members["description"] ?? .null,
                    ]
                )
            ]
        case .versionApproved: return decided(.modelVersionApproved, .approved)
        case .versionRejected: return decided(.modelVersionRejected, .rejected)
        case .versionStaged: return [(.modelVersionStaged, Self.members(payload))]
        case .versionDeleted: return [(.modelVersionDeleted, Self.members(payload))]
        case .versionTagged:
            guard let key = payload["key"] else { return [] }
            guard let value = payload["value"], value != .null else { return [(.modelVersionTagDeleted, ["key": key])] }
            return [(.modelVersionTagSet, ["key": key, "value": value])]
        case .aliasSet: return [(.modelVersionAliasCreated, ["alias": payload["alias"] ?? .null])]
        case .aliasRemoved: return [(.modelVersionAliasDeleted, ["alias": payload["alias"] ?? .null])]
        default: return []
        }
    }

    private static func members(_ value: JSONValue) -> [String: JSONValue] {
        if case .object(let members) = value { members } else { [:] }
    }
}
