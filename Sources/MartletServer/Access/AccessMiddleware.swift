import HTTPTypes
package import Hummingbird
import MartletCore
import MartletTracking

/// Lets in who shows good credentials, on every surface, and says on whose behalf the routes work.
///
/// What an account may do is decided where it is done: by the guarded stores, and for predictions by their route.
package struct AccessMiddleware<Context: RequestContext>: RouterMiddleware {
    private let authenticator: Authenticator

    /// Asks `authenticator`.
    package init(_ authenticator: Authenticator) { self.authenticator = authenticator }

    @concurrent
    package func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let surface = Surface(request)
        if Surface.isOpen(request) || JobRoutes.bringsProof(request) { return try await next(request, context) }
        var request = request
        let principal: Principal
        do {
            principal = try await self.authenticator.principal(of: &request)
            try principal.require(.read, on: .server)
        } catch {
            return surface.refusal(error, of: request)
        }
        // A browser sends its cookie whoever wrote the page, so a session alone changes nothing but through the
        // console, whose forms carry a proof of their own.
        if request.headers[.authorization] == nil, surface != .console, !Surface.isReading(request.method),
            request.cookies[Credentials.sessionCookie] != nil
        {
            return surface.refusal(
                TrackingError(.accessUnauthenticated, "a session of the console cannot change this; send an API key"),
                of: request
            )
        }
        let allowed = request
        var response = try await Principal.$current.withValue(principal) { try await next(allowed, context) }
        response.body = Self.body(response.body, for: principal)
        return response
    }

    /// The same body, written on behalf of `principal`; a body is written after the routes have returned.
    private static func body(_ body: ResponseBody, for principal: Principal) -> ResponseBody {
        ResponseBody(contentLength: body.contentLength) { writer in
            let writer = writer
            try await Principal.$current.withValue(principal) { try await body.write(writer) }
        }
    }
}

/// A family of clients, which decides the shape of a refusal.
enum Surface: Sendable, Hashable {
    case martlet, mlflow, sageMaker, console

    /// Where the console lies.
    static let consolePrefix = "/console"

    /// The surface that `request` is for.
    init(_ request: Request) {
        let path = request.uri.path
        if request.headers[Self.targetName] != nil {
            self = .sageMaker
        } else if ["/api/", "/ajax-api/", "/get-artifact", "/model-versions/"].contains(where: path.hasPrefix) {
            self = .mlflow
        } else if path == "/" || Self.isUnder(Self.consolePrefix, path) {
            self = .console
        } else {
            self = .martlet
        }
    }

    /// Whether anyone may ask: health, the interface's own description, the way to the console, and what a sign-in
    /// needs.
    static func isOpen(_ request: Request) -> Bool {
        let path = request.uri.path
        switch path {
        case "/", "/health", "/health/live", "/health/ready", "/version", "/openapi.json", "/favicon.ico":
            return Self.isReading(request.method)
        case Self.consolePrefix + "/sign-in": return true
        default: return Self.isReading(request.method) && Self.isUnder(Self.consolePrefix + "/assets", path)
        }
    }

    /// Whether a method only reads.
    static func isReading(_ method: HTTPRequest.Method) -> Bool {
        method == .get || method == .head || method == .options
    }

    private static func isUnder(_ prefix: String, _ path: String) -> Bool {
        path == prefix || path.hasPrefix(prefix + "/")
    }

    /// The header that names an operation of AWS's JSON protocol.
    static let targetName = HTTPField.Name("X-Amz-Target") ?? .contentLocation

    /// The answer to a request that is not let in, in the shape its client understands.
    func refusal(_ error: TrackingError, of request: Request) -> Response {
        let isRefused = error.code == .accessRefused
        let status: HTTPResponse.Status =
            isRefused ? .forbidden : Self.isTemporary(error) ? .serviceUnavailable : .unauthorized
        switch self {
        case .mlflow:
            let code =
                isRefused
                ? "PERMISSION_DENIED" : status == .unauthorized ? "UNAUTHENTICATED" : "TEMPORARILY_UNAVAILABLE"
            let body: JSONValue = .object(["error_code": .string(code), "message": .string(error.message)])
            return Self.challenging(JSONResponse.make(status, body))
        case .sageMaker: return SageMakerError(error).response
        case .console where status == .unauthorized:
            // Back to the page that was asked for, once somebody signed in.
            let next = request.method == .get ? request.head.path : nil
            return ConsoleResponder.redirect(FormText().setting("next", next).after(Address.of("sign-in")))
        case .martlet, .console:
            return Self.challenging(
                JSONResponse.make(status, ErrorBody(code: error.code, message: error.message, field: nil))
            )
        }
    }

    /// Whether the same credentials may be good a little later.
    private static func isTemporary(_ error: TrackingError) -> Bool {
        [.trackingStoreFailed, .trackingStoreUnavailable].contains(error.code) || error.code == .identityKeysUnavailable
    }

    private static func challenging(_ response: Response) -> Response {
        guard response.status == .unauthorized else { return response }
        var response = response
        response.headers[.wwwAuthenticate] = #"Basic realm="martlet", charset="UTF-8""#
        return response
    }
}
