import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletMonitoring
import MartletTracking
import NIOCore

/// Alerts, silences and promises over HTTP.
///
/// | Method | Path | What it does |
/// | --- | --- | --- |
/// | `GET` | `/v1/alerts` | what is wrong; `?state=open\|over\|all`, `?limit=` |
/// | `GET` | `/v1/alerts/deliveries` | what channels were told; `?alert=`, `?channel=`, `?limit=` |
/// | `GET` | `/v1/alerts/actions` | what was done by itself; `?alert=`, `?limit=` |
/// | `GET` | `/v1/alerts/{id}` | one alert |
/// | `POST` | `/v1/alerts/{id}/ack` | takes it on; `{"reason"}` |
/// | `GET` | `/v1/silences` | the silences that hold |
/// | `POST` | `/v1/silences` | silences; `{"pattern", "for", "reason"}` |
/// | `DELETE` | `/v1/silences/{id}` | ends one before its time |
/// | `GET` | `/v1/slo` | what is promised, how it is kept, and budgets |
struct AlertRoutes: Sendable {
    let context: AlertContext

    private static let bodyLimit = 65_536

    func add(to router: Router<BasicRequestContext>) {
        router.only(.get, "/v1/alerts") { request, _ in try await self.list(request) }
        router.only(.get, "/v1/alerts/deliveries") { request, _ in try await self.deliveries(request) }
        router.only(.get, "/v1/alerts/actions") { request, _ in try await self.actions(request) }
        router.only(.get, "/v1/alerts/{id}") { _, context in
            try Principal.require(.read, on: .unnamed)
            let alert = try await self.context.store.alert(context.parameters.get("id") ?? "")
            return try await self.answer(.ok, alert)
        }
        router.only(.post, "/v1/alerts/{id}/ack") { request, context in
            try Principal.require(.write, on: .server)
            let members = try await Self.members(request, known: ["reason"])
            let author = Principal.attribution(
                orClaimed: nil,
                at: self.context.now(),
                reason: try Self.text("reason", members)
            )
            let alert = try await self.context.store.acknowledge(context.parameters.get("id") ?? "", author)
            return try await self.answer(.ok, alert)
        }
        router.on("/v1/silences", method: .get) { _, _ -> Response in
            try Principal.require(.read, on: .unnamed)
            let silences = try await self.context.store.silences(at: self.context.now())
            return JSONResponse.make(.ok, .object(["silences": .array(silences.map(\.json))]))
        }
        router.on("/v1/silences", method: .post) { request, _ -> Response in try await self.silence(request) }
        router.refuse("/v1/silences", allowing: [.get, .post])
        router.only(.delete, "/v1/silences/{id}") { _, context in
            try Principal.require(.write, on: .server)
            let author = Principal.attribution(orClaimed: nil, at: self.context.now())
            let silence = try await self.context.store.lift(context.parameters.get("id") ?? "", author)
            return JSONResponse.make(.ok, .object(["silence": silence.json]))
        }
        router.only(.get, "/v1/slo") { _, _ in
            try Principal.require(.read, on: .unnamed)
            return JSONResponse.make(.ok, try await self.context.levels().json)
        }
    }

    private func list(_ request: Request) async throws -> Response {
        try Principal.require(.read, on: .unnamed)
        let query = request.uri.queryParameters
        let state = query["state"].map(String.init) ?? "open"
        let states = ["open", "over", "all"]
        guard states.contains(state) else {
            throw TrackingError(
                .alertInvalid,
                "'\(state.prefix(80))' is no state of alerts; states are \(states.joined(separator: ", "))."
                    + NearestName.suggestion(state, among: states)
            )
        }
        let limit = try Self.limit(request)
        var alerts: [Alert] = []
        if state != "over" {
            alerts = try await self.context.store.openAlerts().sorted { ($0.priority, $0.key) < ($1.priority, $1.key) }
        }
        if state != "open" { alerts += try await self.context.store.history(limit: limit) }
        let now = self.context.now()
        let silences = try await self.context.store.silences(at: now)
        return JSONResponse.make(
            .ok,
            .object(["alerts": .array(alerts.prefix(limit).map { $0.json(silences: silences, at: now) })])
        )
    }

    private func answer(_ status: HTTPResponse.Status, _ alert: Alert) async throws -> Response {
        let now = self.context.now()
        let silences = try await self.context.store.silences(at: now)
        return JSONResponse.make(status, .object(["alert": alert.json(silences: silences, at: now)]))
    }

    private func silence(_ request: Request) async throws -> Response {
        try Principal.require(.write, on: .server)
        let members = try await Self.members(request, known: ["pattern", "for", "reason"])
        let now = self.context.now()
        let by = Principal.attribution(orClaimed: nil, at: now).actor
        let silence = try AlertSilence(
            pattern: try Self.text("pattern", members) ?? "",
            span: try Self.text("for", members) ?? "",
            by: by,
            reason: try Self.text("reason", members) ?? "",
            at: now
        )
        try await self.context.store.add(silence, at: now)
        return JSONResponse.make(.created, .object(["silence": silence.json]))
    }

    private func deliveries(_ request: Request) async throws -> Response {
        try Principal.require(.read, on: .unnamed)
        let limit = try Self.limit(request)
        let channel = request.uri.queryParameters["channel"].map(String.init)
        let deliveries: [AlertDelivery]
        if let alert = try await self.alert(request) {
            deliveries = try await self.context.log.deliveries(of: alert, to: channel, limit: limit)
        } else {
            deliveries = try await self.context.log.deliveries.deliveries(to: channel, limit: limit)
        }
        return JSONResponse.make(.ok, .object(["deliveries": .array(deliveries.map(\.json))]))
    }

    private func actions(_ request: Request) async throws -> Response {
        try Principal.require(.read, on: .unnamed)
        let limit = try Self.limit(request)
        let alert = try await self.alert(request)
        let actions = try await self.context.log.actions.actions(of: alert?.id, limit: limit)
        return JSONResponse.make(.ok, .object(["actions": .array(actions.map(\.json))]))
    }

    // MARK: Reading

    /// The alert that `?alert=` names by its id or its name, or `nil` for all.
    private func alert(_ request: Request) async throws -> Alert? {
        guard let name = request.uri.queryParameters["alert"].map(String.init) else { return nil }
        return try await self.context.store.alert(name)
    }

    private static func limit(_ request: Request) throws -> Int {
        let limit = request.uri.queryParameters["limit"].map { Int($0) } ?? 100
        guard let limit, (1...1_000).contains(limit) else {
            throw TrackingError(.alertInvalid, "'limit' must be a whole number from 1 to 1000")
        }
        return limit
    }

    private static func members(_ request: Request, known: [String]) async throws -> [String: JSONValue] {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: Self.bodyLimit)
        } catch {
            throw TrackingError(.alertInvalid, "the body has more than \(Self.bodyLimit) bytes, or broke off")
        }
        if buffer.readableBytes == 0 { return [:] }
        guard case .object(let members)? = try? JSONValue(parsing: Data(buffer.readableBytesView)) else {
            throw TrackingError(.alertInvalid, "the body is no JSON object")
        }
        for key in members.keys.sorted() where !known.contains(key) {
            throw TrackingError(
                .alertInvalid,
                "unknown member '\(key.prefix(80))'; known: \(known.joined(separator: ", "))."
                    + NearestName.suggestion(key, among: known)
            )
        }
        return members
    }

    private static func text(_ key: String, _ members: [String: JSONValue]) throws -> String? {
        switch members[key] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw TrackingError(.alertInvalid, "'\(key)' must be text")
        }
    }
}
