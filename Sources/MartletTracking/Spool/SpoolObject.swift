import Foundation
package import MartletCore

/// What a spool knows of a run, an experiment or a logged model: the object as a server would answer it.
package struct SpoolObject: Sendable, Hashable {
    /// What kind of thing it is.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case experiment
        case run
        case model

        /// The key under which an answer holds it.
        package var key: String { self.rawValue }
    }

    package let kind: Kind
    package let id: String
    /// The name of an experiment, by which clients ask too.
    package let name: String?
    package let value: JSONValue

    /// The tag by which a server's object is known as the one a spool made.
    package static let tag = "martlet.spool.id"

    /// Keeps `value` as what is known.
    package init(kind: Kind, id: String, name: String?, value: JSONValue) {
        self.kind = kind
        self.id = id
        self.name = name
        self.value = value
    }

    /// The object that an answer to a call of `kind` holds, or `nil`.
    package init?(_ kind: Kind, in answer: JSONValue) {
        guard let value = answer[kind.key] else { return nil }
        let info =
            switch kind {
            case .experiment: value
            case .run, .model: value["info"] ?? .null
            }
        let key =
            switch kind {
            case .experiment: "experiment_id"
            case .run: "run_id"
            case .model: "model_id"
            }
        guard let id = info[key]?.idText else { return nil }
        self.init(kind: kind, id: id, name: kind == .experiment ? info["name"]?.idText : nil, value: value)
    }

    /// What a server would make of `request`, under the spool's own `id`.
    package init(making kind: Kind, _ request: JSONValue, id: String, at now: EventTime) {
        let milliseconds = now.microseconds / 1_000
        let experiment = request["experiment_id"]?.idText ?? "0"
        let tags: JSONValue = request["tags"] ?? []
        switch kind {
        case .experiment:
            let value: JSONValue = .object([
                "experiment_id": .string(id), "name": request["name"] ?? "", "lifecycle_stage": "active",
                "artifact_location": request["artifact_location"] ?? .string("mlflow-artifacts:/\(id)"),
                "creation_time": .integer(milliseconds), "last_update_time": .integer(milliseconds), "tags": tags,
            ])
            self.init(kind: kind, id: id, name: request["name"]?.idText, value: value)
        case .run:
            let info: JSONValue = .object([
                "run_id": .string(id), "run_uuid": .string(id), "experiment_id": .string(experiment),
                "run_name": request["run_name"] ?? .string("spooled-\(id.prefix(6))"), "status": "RUNNING",
                "user_id": request["user_id"] ?? "", "start_time": request["start_time"] ?? .integer(milliseconds),
                "lifecycle_stage": "active",
                "artifact_uri": .string("mlflow-artifacts:/\(experiment)/\(id)/artifacts"),
            ])
            let value: JSONValue = .object([
                "info": info, "data": .object(["tags": tags]), "inputs": .object([:]), "outputs": .object([:]),
            ])
            self.init(kind: kind, id: id, name: nil, value: value)
        case .model:
            var info: [String: JSONValue] = [
                "model_id": .string(id), "experiment_id": .string(experiment), "name": request["name"] ?? "",
                "creation_timestamp_ms": .integer(milliseconds), "last_updated_timestamp_ms": .integer(milliseconds),
                "artifact_uri": .string("mlflow-artifacts:/\(experiment)/models/\(id)/artifacts"),
                "status": "LOGGED_MODEL_PENDING", "tags": tags,
            ]
            for key in ["model_type", "source_run_id"] where request[key] != nil { info[key] = request[key] }
            let data: JSONValue = .object(["params": request["params"] ?? []])
            self.init(kind: kind, id: id, name: nil, value: .object(["info": .object(info), "data": data]))
        }
    }

    /// The answer of a server that is asked for the object.
    package var answer: SpoolAnswer { .json(.object([self.kind.key: self.value])) }

    /// The object after `changes` to the members of its `info`.
    package func changing(_ changes: [String: JSONValue]) -> SpoolObject {
        guard case .object(var members) = self.value, case .object(let info) = members["info"] else { return self }
        members["info"] = .object(info.merging(changes) { _, new in new })
        return SpoolObject(kind: self.kind, id: self.id, name: self.name, value: .object(members))
    }

    /// The object after `tags`, a list of key and value, were set.
    package func setting(tags: [JSONValue]) -> SpoolObject {
        let part = self.kind == .run ? "data" : "info"
        guard case .object(var members) = self.value, case .object(var inner) = members[part] ?? .object([:]) else {
            return self
        }
        var kept: [JSONValue] = []
        if case .array(let old) = inner["tags"] { kept = old }
        let keys = Set(tags.compactMap { $0["key"]?.idText })
        kept.removeAll { $0["key"]?.idText.map(keys.contains) ?? false }
        inner["tags"] = .array(kept + tags)
        members[part] = .object(inner)
        return SpoolObject(kind: self.kind, id: self.id, name: self.name, value: .object(members))
    }
}

extension JSONValue {
    /// A text, or a number as text; ids come as either.
    package var idText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        default: nil
        }
    }

    /// The members of a list; none when it is no list.
    package var items: [JSONValue] {
        if case .array(let values) = self { values } else { [] }
    }
}
