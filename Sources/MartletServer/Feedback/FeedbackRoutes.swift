import HTTPTypes
import Hummingbird
import MartletCore
import MartletServing
import MartletTracking
import NIOCore

/// `POST /v1/interactions` and `POST /v1/outcomes`: what came of predictions.
///
/// A request is recorded whole and durably before its 200, or not at all; who may ask an endpoint may report on it.
struct FeedbackRoutes: Sendable {
    let context: FeedbackContext

    func add(to router: Router<BasicRequestContext>) {
        router.only(.post, "/v1/interactions") { request, _ in
            let body = try await Self.body(of: request)
            let interactions = try body.interactions(now: self.context.now())
            try await self.check(Set(interactions.map(\.endpoint)))
            return Self.response(try await self.context.store.record(interactions))
        }
        router.only(.post, "/v1/outcomes") { request, _ in
            let body = try await Self.body(of: request)
            let outcomes = try body.outcomes(now: self.context.now())
            try await self.check(Set(outcomes.map(\.endpoint)))
            return Self.response(try await self.context.store.record(outcomes))
        }
    }

    /// Refuses endpoints that the account may not ask, and those that never were: feedback on them would be lost.
    private func check(_ endpoints: Set<String>) async throws {
        for endpoint in endpoints.sorted() {
            try Principal.require(.predict, on: .endpoint(endpoint))
            guard try await self.context.deployments.history(of: endpoint, limit: 1).isEmpty else { continue }
            let known = try await self.context.deployments.snapshot().deployments.map(\.endpoint)
            throw ServingError(
                .requestUnknownEndpoint,
                "There is no endpoint '\(endpoint)', so nothing was recorded."
                    + NearestName.suggestion(endpoint, among: known),
                field: "endpoint"
            )
        }
    }

    private static func body(of request: Request) async throws -> FeedbackBody {
        let tooLarge = ServingError(
            .requestTooLarge,
            "The request body has more than \(FeedbackContext.bodyByteLimit) bytes; send fewer events in each request."
        )
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: FeedbackContext.bodyByteLimit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw tooLarge
        }
        return try FeedbackBody(Array(buffer.readableBytesView))
    }

    private static func response(_ receipt: FeedbackReceipt) -> Response {
        JSONResponse.make(
            .ok,
            .object([
                "accepted": .integer(Int64(receipt.acceptedCount)),
                "duplicates": .integer(Int64(receipt.duplicateCount)),
            ])
        )
    }
}
