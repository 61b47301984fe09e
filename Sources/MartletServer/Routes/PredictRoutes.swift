import HTTPTypes
import Hummingbird
import MartletCore
import MartletServing
import MartletTracking
import NIOCore

/// `POST /v1/endpoints/{endpoint}/predict`: the hot route.
struct PredictRoutes: Sendable {
    let gateway: Gateway

    func add(to router: Router<BasicRequestContext>) {
        router.only(.post, "/v1/endpoints/{endpoint}/predict") { request, context in
            let endpoint = context.parameters.get("endpoint") ?? ""
            try Principal.require(.predict, on: .endpoint(endpoint))
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

    /// How `answer` goes out.
    static func statusAndBody(_ answer: Gateway.Answer) -> (HTTPResponse.Status, [UInt8]) {
        guard let error = answer.error else { return (.ok, answer.body) }
        return (error.status, ErrorBody(code: error.code, message: error.message, field: error.field).json)
    }

    private static func response(_ answer: Gateway.Answer) -> Response {
        let (status, body) = Self.statusAndBody(answer)
        return JSONResponse.make(status, body, requestID: answer.requestID)
    }
}
