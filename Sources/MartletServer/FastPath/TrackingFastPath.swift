import HTTPTypes
import Hummingbird
import Logging
import MartletTracking
import NIOCore

/// The tracking calls that a training job makes many times, answered without the router.
///
/// Nothing about them differs but the way: the same handlers, guards and errors as behind the router.
struct TrackingFastPath: Sendable {
    /// One call, and on whose behalf it is made; nobody's where nobody is asked.
    struct Call: Sendable {
        let endpoint: MLflowRoutes.Endpoint
        let request: HTTPRequest
        let principal: Principal?
    }

    /// Finds out whether the sender of a request may be answered without asking the router.
    enum Admission: Sendable {
        case everyone
        case remembered(Authenticator)
    }

    /// The calls whose answers are short, whatever is stored.
    private static let paths: Set = [
        "/2.0/mlflow/runs/create", "/2.0/mlflow/runs/update", "/2.0/mlflow/runs/log-metric",
        "/2.0/mlflow/runs/log-parameter", "/2.0/mlflow/runs/set-tag", "/2.0/mlflow/runs/log-batch",
    ]

    private let services: MLflowServices
    private let admission: Admission
    /// The endpoint of each path, and a request for it.
    private let endpoints: [String: (endpoint: MLflowRoutes.Endpoint, request: HTTPRequest)]
    private let logger = Logger(label: "martlet")
    /// What each event loop has read in its present turn.
    let turns = TrackingTurns()

    /// Answers from `services`.
    init(_ services: MLflowServices, admission: Admission) {
        self.services = services
        self.admission = admission
        var endpoints: [String: (endpoint: MLflowRoutes.Endpoint, request: HTTPRequest)] = [:]
        for endpoint in MLflowRoutes.endpoints where Self.paths.contains(endpoint.path) {
            for path in ["/api", "/ajax-api"].map({ $0 + endpoint.path }) {
                endpoints[path] = (endpoint, HTTPRequest(method: .post, scheme: nil, authority: nil, path: path))
            }
        }
        self.endpoints = endpoints
    }

    /// The call that a POST to `path` with this `Authorization` header makes; `nil` when the router must answer.
    ///
    /// Looks nothing up, so that it may be asked on an event loop.
    func call(_ path: String, authorization: String?) -> Call? {
        guard let (endpoint, plain) = self.endpoints[path] else { return nil }
        var request = plain
        if let authorization { request.headerFields[.authorization] = authorization }
        switch self.admission {
        case .everyone: return Call(endpoint: endpoint, request: request, principal: nil)
        case .remembered(let authenticator):
            guard let principal = authenticator.remembered(authorization) else { return nil }
            return Call(endpoint: endpoint, request: request, principal: principal)
        }
    }

    /// Answers `call`, whose whole body is `body`; never fails, since an error is an answer too.
    ///
    /// With `lendsThread` its write may be made on the thread that this is called on.
    func answer(
        _ call: Call,
        body: [UInt8],
        lendsThread: Bool
    ) async -> (HTTPResponse.Status, [UInt8]) {
        await Principal.$current.withValue(call.principal) {
            await WriteThread.$isLent.withValue(lendsThread) { await self.answer(call.endpoint, call.request, body) }
        }
    }

    private func answer(
        _ endpoint: MLflowRoutes.Endpoint,
        _ request: HTTPRequest,
        _ body: [UInt8]
    ) async -> (HTTPResponse.Status, [UInt8]) {
        let request = Request(head: request, body: RequestBody(buffer: ByteBuffer()))
        do {
            return (.ok, try await endpoint.answer(body, request, self.services))
        } catch {
            let error = MLflowTransport.error(error, self.logger)
            return (error.code.status, error.json)
        }
    }
}
