import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MartletCore
import MartletTracking
import NIOCore

/// The endpoints of the tracking and registry protocol.
struct MLflowRoutes: Sendable {
    typealias Handler = @Sendable (MLflowCall) async throws -> [UInt8]
    typealias PlainHandler = @Sendable (_ body: [UInt8], _ services: MLflowServices) async throws -> [UInt8]?

    /// One endpoint: below `/api/…` and `/ajax-api/…` alike.
    struct Endpoint: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let handler: Handler
        /// Answers bodies of the plain kind, read without a tree; `nil` from it leaves the body to `handler`.
        let plainHandler: PlainHandler?

        init(
            _ method: HTTPRequest.Method,
            _ path: String,
            plain: PlainHandler? = nil,
            _ handler: @escaping Handler
        ) {
            self.method = method
            self.path = path
            self.plainHandler = plain
            self.handler = handler
        }

        /// Answers a call whose fields are in `body`.
        func answer(
            _ body: [UInt8],
            path: [String: String] = [:],
            _ request: Request,
            _ services: MLflowServices
        ) async throws -> [UInt8] {
            if let plainHandler, let answer = try await plainHandler(body, services) { return answer }
            let fields = MLflowTransport.fields(ofBody: body)
            return try await self.handler(
                MLflowCall(services: services, fields: fields, path: path, actor: services.actor(request))
            )
        }
    }

    /// The largest body of a call; artifacts have no limit.
    static let bodyByteLimit = 64 << 20

    let services: MLflowServices

    /// Adds every route.
    func add<Context: RequestContext>(to router: Router<Context>) {
        self.addPlain(to: router)
        for base in ["/api", "/ajax-api"] {
            self.add(Self.endpoints, below: base, to: router)
            for version in ["2.0", "3.0"] { self.addRest(below: "\(base)/\(version)/mlflow", to: router) }
        }
        self.add(Self.consoleEndpoints, below: "/ajax-api", to: router)
    }

    private func add<Context: RequestContext>(
        _ endpoints: [Endpoint],
        below base: String,
        to router: Router<Context>
    ) {
        for (path, group) in Dictionary(grouping: endpoints, by: \.path) {
            for endpoint in group { self.add(endpoint, below: base, to: router) }
            let allowed = group.map(\.method)
            for method in MLflowTransport.methods where !allowed.contains(method) {
                router.on(RouterPath(base + path), method: method) { _, _ in
                    MLflowTransport.refuse(method, allowed: allowed)
                }
            }
        }
    }

    private func add<Context: RequestContext>(_ endpoint: Endpoint, below base: String, to router: Router<Context>) {
        let names = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast()) }
        let services = self.services
        router.on(RouterPath(base + endpoint.path), method: endpoint.method) { request, context in
            await MLflowTransport.answering(context.logger) {
                var path: [String: String] = [:]
                for name in names {
                    path[name] = context.parameters.get(name).map { $0.removingPercentEncoding ?? $0 }
                }
                if endpoint.method == .get {
                    let fields = try await MLflowTransport.fields(of: request, method: .get)
                    let call = MLflowCall(
                        services: services,
                        fields: fields,
                        path: path,
                        actor: services.actor(request)
                    )
                    return JSONResponse.make(.ok, try await endpoint.handler(call))
                }
                let body = try await MLflowTransport.body(of: request)
                return JSONResponse.make(.ok, try await endpoint.answer(body, path: path, request, services))
            }
        }
    }

    /// `/health` and `/version`, as plain text.
    private func addPlain<Context: RequestContext>(to router: Router<Context>) {
        for (path, text) in [("/health", "OK"), ("/version", self.services.version)] {
            router.on(RouterPath(path), method: .get) { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "text/plain; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: text))
                )
            }
        }
    }

    /// What is not here: known parts of the protocol answer 501, everything else 404.
    private func addRest<Context: RequestContext>(below base: String, to router: Router<Context>) {
        for method in MLflowTransport.methods {
            router.on(RouterPath(base + "/**"), method: method) { request, _ in
                let path = request.uri.path.dropFirst(base.count + 1)
                let part = path.split(separator: "/").first.map(String.init) ?? ""
                guard Self.unimplemented.contains(part) else {
                    return MLflowError(.endpointNotFound, "There is no endpoint \(request.uri.path)").response
                }
                return MLflowError(
                    .notImplemented,
                    "This server has no '\(part)' endpoints; its guide to MLflow lists what it has."
                )
                .response
            }
        }
    }
}

/// Reads requests and writes answers as clients of the protocol expect them.
enum MLflowTransport {
    /// The methods that every path answers, if only with a refusal.
    static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]

    /// Runs `body`, and turns what it throws into the protocol's error shape.
    static func answering(_ logger: Logger, _ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch {
            return Self.error(error, logger).response
        }
    }

    /// What `error` is in the protocol's words.
    static func error(_ error: any Error, _ logger: Logger) -> MLflowError {
        switch error {
        case let error as MLflowError: return error
        case let error as TrackingError: return MLflowError(error)
        case is NIOTooManyBytesError: return Self.tooLarge
        case let error as any HTTPResponseError where error.status == .contentTooLarge: return Self.tooLarge
        default:
            logger.error("request failed", metadata: ["error": "\(String(reflecting: type(of: error)))"])
            return MLflowError(.internalError, "The server failed to answer; its log says more.")
        }
    }

    private static let tooLarge = MLflowError(
        .requestTooLarge,
        "The request body is larger than this server reads"
    )

    /// The fields of a call: the query of a GET that has one, else the body.
    static func fields(of request: Request, method: HTTPRequest.Method) async throws -> WireFields {
        if method == .get, let query = request.uri.query, !query.isEmpty {
            return WireFields(query: RequestText.query(query))
        }
        return Self.fields(ofBody: try await Self.body(of: request))
    }

    /// The whole body of a call.
    static func body(of request: Request) async throws -> [UInt8] {
        Array(try await request.body.collect(upTo: MLflowRoutes.bodyByteLimit).readableBytesView)
    }

    /// The fields that a body holds.
    ///
    /// A body that is not JSON counts as empty, so that the answer names the first field that is missing. One that is a
    /// JSON text holding JSON is read twice, as old clients send it.
    static func fields(ofBody body: [UInt8]) -> WireFields {
        guard !body.isEmpty, let value = try? WireValue(parsing: body) else { return WireFields(.object([])) }
        switch value {
        case .object: return WireFields(value)
        case .string(let text):
            guard case .object(let members)? = try? WireValue(parsing: Array(text.utf8)) else { break }
            return WireFields(.object(members))
        default: break
        }
        return WireFields(.object([]))
    }

    /// The answer to a method that a path does not take.
    static func refuse(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Response {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var response = MLflowError(.methodNotAllowed, "This path takes \(names), not \(method.rawValue).").response
        response.headers[.allow] = names
        return response
    }
}
