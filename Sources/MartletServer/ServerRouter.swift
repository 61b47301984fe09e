import HTTPTypes
package import Hummingbird
package import HummingbirdCore
import MartletCore
import NIOCore

/// All routes of a Martlet process.
package enum ServerRouter {
    /// Builds the router; the caller gives it to an `Application`.
    package static func build(_ context: ServerContext) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        if let authenticator = context.authenticator { router.add(middleware: AccessMiddleware(authenticator)) }
        if context.servesPredictions {
            PredictRoutes(gateway: context.gateway).add(to: router)
            EndpointRoutes(gateway: context.gateway).add(to: router)
        }
        if let feedback = context.feedback { FeedbackRoutes(context: feedback).add(to: router) }
        HealthRoutes(gateway: context.gateway).add(to: router)
        MetricsRoutes(context: context).add(to: router)
        OpenAPIRoutes(version: context.version).add(to: router)
        if let packages = context.packages { SageMakerRoutes(packages).add(to: router) }
        if let webhooks = context.webhooks { WebhookRoutes(context: webhooks).add(to: router) }
        if let releases = context.releases { ReleaseRoutes(context: releases).add(to: router) }
        if let jobs = context.jobs { JobRoutes(context: jobs).add(to: router) }
        if let alerts = context.alerts { AlertRoutes(context: alerts).add(to: router) }
        if let registry = context.registry { ModelRoutes(registry: registry).add(to: router) }
        if let mlflow = context.mlflow {
            MLflowRoutes(services: mlflow).add(to: router)
            ArtifactProxy(services: mlflow).add(to: router)
        }
        context.console?.add(to: router)
        return router
    }

    /// The HTTP server under the router, with the short way for predict requests and for what training jobs log.
    package static func http1(_ context: ServerContext) -> HTTPServerBuilder {
        let isAdmitted: @Sendable (String?, String) -> Bool
        if let authenticator = context.authenticator {
            isAdmitted = { authenticator.remembersPredictor($0, of: $1) }
        } else {
            isAdmitted = { _, _ in true }
        }
        let tracking = context.mlflow.map { services in
            TrackingFastPath(services, admission: context.authenticator.map { .remembered($0) } ?? .everyone)
        }
        let way = ShortWay(
            gateway: context.servesPredictions ? context.gateway : nil,
            isAdmitted: isAdmitted,
            tracking: tracking
        )
        return .http1(configuration: .init(additionalChannelHandlers: [RoutedAnswers(way)]))
    }
}

extension RouterMethods {
    /// Adds `handler` for `method`, and a clear 405 for every other method.
    func only(
        _ method: HTTPRequest.Method,
        _ path: RouterPath,
        use handler: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        self.on(path, method: method, use: handler)
        self.refuse(path, allowing: [method])
    }

    /// Adds a clear 405 for every method of `path` but `methods`, which have handlers.
    func refuse(_ path: RouterPath, allowing methods: [HTTPRequest.Method]) {
        let names = methods.map(\.rawValue).joined(separator: ", ")
        for other in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .head] where !methods.contains(other) {
            self.on(path, method: other) { _, _ -> Response in
                var response = JSONResponse.make(
                    .methodNotAllowed,
                    ErrorBody(
                        code: .requestMethodNotAllowed,
                        message: "This path takes \(names), not \(other.rawValue).",
                        field: nil
                    )
                )
                response.headers[.allow] = names
                // The answer to HEAD ends with its headers.
                if other == .head { response.body = ResponseBody() }
                return response
            }
        }
    }
}
