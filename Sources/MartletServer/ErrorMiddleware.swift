import HTTPTypes
package import Hummingbird
import Logging
import MartletCore
import MartletJobs
import MartletServing
import MartletTracking

/// Turns every error into the one error shape; nothing leaves the server as a bare status.
package struct ErrorMiddleware<Context: RequestContext>: RouterMiddleware {
    /// Needs nothing.
    package init() {}

    @concurrent
    package func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ServingError {
            return JSONResponse.make(
                error.status,
                ErrorBody(code: error.code, message: error.message, field: error.field)
            )
        } catch let error as TrackingError where error.status != .internalServerError {
            return JSONResponse.make(error.status, ErrorBody(code: error.code, message: error.message, field: nil))
        } catch let error as JobError where error.status != .internalServerError {
            return JSONResponse.make(error.status, ErrorBody(code: error.code, message: error.message, field: nil))
        } catch let error as any HTTPResponseError where error.status == .notFound {
            return JSONResponse.make(
                .notFound,
                ErrorBody(
                    code: .requestNotFound,
                    message: "There is nothing at this path; /openapi.json lists what there is.",
                    field: nil
                )
            )
        } catch let error as any HTTPResponseError where (400..<500).contains(error.status.code) {
            return JSONResponse.make(
                error.status,
                ErrorBody(code: .requestBroken, message: "The request cannot be read: \(error.status).", field: nil)
            )
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(String(reflecting: type(of: error)))"])
            return JSONResponse.make(
                .internalServerError,
                ErrorBody(
                    code: .serverFailed,
                    message: "The server failed to answer; its log says more.",
                    field: nil
                )
            )
        }
    }
}
