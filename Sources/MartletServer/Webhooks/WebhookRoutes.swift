import Foundation
import HTTPTypes
import Hummingbird
package import MartletCore
package import MartletTracking
import NIOCore

/// What the routes of webhooks stand on.
package struct WebhookContext: Sendable {
    let store: any WebhookStore
    let dispatcher: WebhookDispatcher
    let secret: WorkspaceSecret
    let now: @Sendable () -> EventTime

    /// Puts it together; `dispatcher` sends what a client asks to try.
    package init(
        store: any WebhookStore,
        dispatcher: WebhookDispatcher,
        secret: WorkspaceSecret,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.dispatcher = dispatcher
        self.secret = secret
        self.now = now
    }
}

/// The webhook calls of MLflow's clients, under `/api/2.0/mlflow/webhooks` and `/ajax-api/2.0/mlflow/webhooks`.
struct WebhookRoutes: Sendable {
    let context: WebhookContext

    private static let bodyLimit = 262_144

    func add(to router: Router<BasicRequestContext>) {
        for base in ["/api/2.0/mlflow/webhooks", "/ajax-api/2.0/mlflow/webhooks"] {
            let group = router.group(RouterPath(base))
            group.post { request, _ in await self.answer(request) { try await self.create($0) } }
            group.get { request, _ in await self.answer(request) { try await self.list($0) } }
            group.get("{id}") { request, context in
                await self.answer(request) { _ in try await self.get(context.parameters.get("id") ?? "") }
            }
            group.patch("{id}") { request, context in
                await self.answer(request) { try await self.update(context.parameters.get("id") ?? "", $0) }
            }
            group.delete("{id}") { request, context in
                await self.answer(request) { _ in try await self.delete(context.parameters.get("id") ?? "") }
            }
            group.post("{id}/test") { request, context in
                await self.answer(request) { try await self.test(context.parameters.get("id") ?? "", $0) }
            }
        }
    }

    // MARK: Calls

    private func create(_ members: [String: JSONValue]) async throws -> JSONValue {
        let author = Principal.attribution(orClaimed: nil, at: self.context.now())
        var generator = SystemRandomNumberGenerator()
        let url = try Self.required("url", members)
        let webhook = Webhook(
            id: String(RunID(using: &generator).description.prefix(20)),
            name: try Self.required("name", members),
            description: try Self.text("description", members) ?? "",
            url: url,
            format: Webhook.format(for: url),
            events: try Self.events(members) ?? [],
            status: try Self.status(members) ?? .active,
            sealedSecret: try self.sealed(members),
            author: author,
            updatedAt: author.at
        )
        try await self.context.store.addWebhook(webhook)
        return .object(["webhook": Self.json(webhook)])
    }

    private func list(_ members: [String: JSONValue]) async throws -> JSONValue {
        let limit = try Self.number("max_results", members) ?? 100
        let offset = try Self.number("page_token", members) ?? 0
        guard (1...1_000).contains(limit), offset >= 0 else {
            throw TrackingError(
                .invalidTrackingValue,
                "max_results must be from 1 to 1000, and page_token one of a page"
            )
        }
        let found = try await self.context.store.webhooks(limit: limit + 1, offset: offset)
        // A webhook without an event that MLflow knows cannot be shown to its clients.
        let shown = found.prefix(limit).filter { !Self.known($0).isEmpty }
        var answer: [String: JSONValue] = ["webhooks": .array(shown.map(Self.json))]
        if found.count > limit { answer["next_page_token"] = .string(String(offset + limit)) }
        return .object(answer)
    }

    private func get(_ id: String) async throws -> JSONValue {
        .object(["webhook": Self.json(try await self.webhook(id))])
    }

    private func update(_ id: String, _ members: [String: JSONValue]) async throws -> JSONValue {
        let author = Principal.attribution(orClaimed: nil, at: self.context.now())
        var webhook = try await self.webhook(id)
        if let name = try Self.text("name", members) { webhook.name = name }
        if let description = try Self.text("description", members) { webhook.description = description }
        if let url = try Self.text("url", members) {
            webhook.url = url
            webhook.format = Webhook.format(for: url)
        }
        if let events = try Self.events(members), !events.isEmpty { webhook.events = events }
        if let status = try Self.status(members) { webhook.status = status }
        if let sealed = try self.sealed(members) { webhook.sealedSecret = sealed }
        webhook.updatedAt = author.at
        try await self.context.store.updateWebhook(webhook, author)
        return .object(["webhook": Self.json(webhook)])
    }

    private func delete(_ id: String) async throws -> JSONValue {
        try await self.context.store.removeWebhook(id, Principal.attribution(orClaimed: nil, at: self.context.now()))
        return .object([:])
    }

    private func test(_ id: String, _ members: [String: JSONValue]) async throws -> JSONValue {
        let webhook = try await self.webhook(id)
        let event = try members["event"].map { try Self.event($0) } ?? webhook.events.first ?? .modelVersionCreated
        let outcome = await self.context.dispatcher.test(webhook, event)
        var result: [String: JSONValue] = ["success": .boolean(outcome.isSuccess)]
        if let status = outcome.status { result["response_status"] = .integer(Int64(status)) }
        if outcome.status != nil { result["response_body"] = .string(outcome.body) }
        if let failure = outcome.failure { result["error_message"] = .string(failure) }
        return .object(["result": .object(result)])
    }

    // MARK: Reading and writing

    /// Reads the members of a request, calls `body`, and answers in MLflow's shapes.
    private func answer(
        _ request: Request,
        _ body: ([String: JSONValue]) async throws -> JSONValue
    ) async -> Response {
        do {
            try Principal.require(.administer, on: .server)
            return JSONResponse.make(.ok, Array(try await body(try await Self.members(request)).canonicalText.utf8))
        } catch let error as TrackingError {
            return Self.failure(error)
        } catch {
            return Self.failure(TrackingError(.trackingStoreFailed, "the server failed to answer"))
        }
    }

    /// The query of a GET, the JSON object of any other; a body that is no object counts as empty, as MLflow does.
    private static func members(_ request: Request) async throws -> [String: JSONValue] {
        if request.method == .get {
            let pairs = request.uri.queryParameters.map { (String($0.key), JSONValue.string(String($0.value))) }
            return Dictionary(pairs) { first, _ in first }
        }
        guard let buffer = try? await request.body.collect(upTo: Self.bodyLimit) else {
            throw TrackingError(.invalidTrackingValue, "the body has more than \(Self.bodyLimit) bytes, or broke off")
        }
        guard case .object(let members)? = try? JSONValue(parsing: Data(buffer.readableBytesView)) else { return [:] }
        return members
    }

    private func webhook(_ id: String) async throws -> Webhook {
        if let webhook = try await self.context.store.webhook(id) { return webhook }
        throw TrackingError(.webhookNotFound, "Webhook with ID \(id.prefix(60)) not found.")
    }

    private func sealed(_ members: [String: JSONValue]) throws -> Data? {
        guard let secret = try Self.text("secret", members), !secret.isEmpty else { return nil }
        return try self.context.secret.seal(secret)
    }

    private static func text(_ name: String, _ members: [String: JSONValue]) throws -> String? {
        switch members[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default:
            throw TrackingError(
                .invalidTrackingValue,
                "Invalid value for parameter '\(name)' supplied: it must be a string."
            )
        }
    }

    private static func required(_ name: String, _ members: [String: JSONValue]) throws -> String {
        if let text = try Self.text(name, members), !text.isEmpty { return text }
        throw TrackingError(
            .invalidTrackingValue,
            "Missing value for required parameter '\(name)'. See the API docs for more information about request parameters."
        )
    }

    private static func number(_ name: String, _ members: [String: JSONValue]) throws -> Int? {
        switch members[name] {
        case nil, .null?: return nil
        case .integer(let number)?: return Int(number)
        case .string(let text)?:
            if let number = Int(text) { return number }
            if text.isEmpty { return nil }
        default: break
        }
        throw TrackingError(
            .invalidTrackingValue,
            "Invalid value for parameter '\(name)' supplied: it must be a whole number."
        )
    }

    private static func status(_ members: [String: JSONValue]) throws -> Webhook.Status? {
        guard let text = try Self.text("status", members) else { return nil }
        if let status = Webhook.Status(rawValue: text) { return status }
        throw TrackingError(
            .invalidTrackingValue,
            "Invalid value for parameter 'status' supplied: '\(text.prefix(40))'."
        )
    }

    private static func events(_ members: [String: JSONValue]) throws -> [WebhookEvent]? {
        guard let value = members["events"] else { return nil }
        guard case .array(let items) = value else {
            throw TrackingError(
                .invalidTrackingValue,
                "Invalid value for parameter 'events' supplied: it must be a list."
            )
        }
        return try items.map { try Self.event($0) }
    }

    private static func event(_ value: JSONValue) throws -> WebhookEvent {
        guard case .string(let entity)? = value["entity"], case .string(let action)? = value["action"] else {
            throw TrackingError(.invalidTrackingValue, "an event needs an entity and an action")
        }
        return try WebhookEvent("\(entity.lowercased()).\(action.lowercased())")
    }

    private static func known(_ webhook: Webhook) -> [WebhookEvent] {
        webhook.events.filter(WebhookEvent.mlflow.contains)
    }

    private static func json(_ webhook: Webhook) -> JSONValue {
        var members: [String: JSONValue] = [
            "webhook_id": .string(webhook.id), "name": .string(webhook.name), "url": .string(webhook.url),
            "events": .array(
                Self.known(webhook)
                    .map { event in
                        .object([
                            "entity": .string(event.entity.uppercased()), "action": .string(event.action.uppercased()),
                        ])
                    }
            ),
            "status": .string(webhook.status.rawValue),
            "creation_timestamp": .integer(webhook.author.at.microseconds / 1_000),
            "last_updated_timestamp": .integer(webhook.updatedAt.microseconds / 1_000),
        ]
        if !webhook.description.isEmpty { members["description"] = .string(webhook.description) }
        return .object(members)
    }

    private static func failure(_ error: TrackingError) -> Response {
        let (status, code): (HTTPResponse.Status, String) =
            switch error.status {
            case .notFound: (.notFound, "RESOURCE_DOES_NOT_EXIST")
            case .forbidden: (.forbidden, "PERMISSION_DENIED")
            case .unauthorized: (.unauthorized, "UNAUTHENTICATED")
            case .internalServerError: (.internalServerError, "INTERNAL_ERROR")
            default: (.badRequest, "INVALID_PARAMETER_VALUE")
            }
        let body: JSONValue = .object(["error_code": .string(code), "message": .string(error.message)])
        return JSONResponse.make(status, Array(body.canonicalText.utf8))
    }
}
