import HTTPTypes
import Hummingbird
import MartletCore
import MartletServing
import NIOCore

/// `POST /v1/endpoints/{endpoint}/predict`: the hot route.
struct PredictRoutes: Sendable {
    let gateway: Gateway

    func add(to router: Router<BasicRequestContext>) {
        router.only(.post, "/v1/endpoints/{endpoint}/predict") { request, context in
            let endpoint = context.parameters.get("endpoint") ?? ""
            guard self.gateway.enter() else {
                return Self.response(self.gateway.refuse(endpoint: endpoint, self.gateway.busy))
            }
            defer { self.gateway.leave() }
            let body: ByteBuffer
            do {
                body = try await request.body.collect(upTo: self.gateway.limits.bodyByteLimit)
            } catch is NIOTooManyBytesError {
                return Self.response(self.gateway.refuse(endpoint: endpoint, self.gateway.tooLarge))
            } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
                return Self.response(self.gateway.refuse(endpoint: endpoint, self.gateway.tooLarge))
            }
            return Self.response(self.gateway.predict(endpoint: endpoint, body: Array(body.readableBytesView)))
        }
    }

    private static func response(_ answer: Gateway.Answer) -> Response {
        guard let error = answer.error else {
            return JSONResponse.make(.ok, answer.body, requestID: answer.requestID)
        }
        return JSONResponse.make(
            error.status,
            ErrorBody(code: error.code, message: error.message, field: error.field),
            requestID: answer.requestID
        )
    }
}
