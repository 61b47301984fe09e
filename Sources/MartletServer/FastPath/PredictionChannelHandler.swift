import HTTPTypes
import MartletCore
import MartletServing
import NIOCore
import NIOHTTPTypes

/// Answers small predict requests on the event loop of their connection, before they reach the router.
///
/// The router hands every request to a task on another thread and back, which costs more than a prediction; a request
/// that needs nothing but memory is answered where its last byte arrived. Everything else passes on untouched, and so
/// does a predict request that this handler leaves to the router:
/// - one whose body is longer than ``bodyByteLimit``, since a long answer would hold up the loop's other connections;
/// - one that follows a request the router has not answered yet, since answers go out in the order of their requests;
/// - one with `Connection: close` or `Expect`, which the router handles, and one that `isAdmitted` does not take.
///
/// One handler belongs to one connection and is used on its event loop alone.
final class PredictionChannelHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The longest body that is answered here, in bytes; about a hundred inputs.
    static let bodyByteLimit = 4_096

    private let gateway: Gateway
    private let isAdmitted: @Sendable (HTTPRequest, String) -> Bool
    private var collected: CollectedRequest<String>?
    /// Requests the router has and has not answered.
    private var forwardedCount = 0
    private var hasWritten = false
    /// A quiesce event that waits for the request under way.
    private var heldEvent: Any?
    private var date = HTTPDate()

    /// Answers from `gateway`; `isAdmitted` says whether the bearer of a request may be answered for an endpoint without
    /// asking the router.
    init(gateway: Gateway, isAdmitted: @escaping @Sendable (HTTPRequest, String) -> Bool) {
        self.gateway = gateway
        self.isAdmitted = isAdmitted
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let request):
            if self.forwardedCount == 0, let endpoint = self.endpoint(of: request), self.gateway.enter() {
                self.collected = CollectedRequest(request, for: endpoint)
            } else {
                self.forwardedCount += 1
                context.fireChannelRead(data)
            }
        case .body(let part):
            guard self.collected?.take(part, limit: Self.bodyByteLimit) == true else {
                self.forwardCollected(context)
                context.fireChannelRead(data)
                return
            }
        case .end:
            guard let collected = self.collected else {
                context.fireChannelRead(data)
                return
            }
            self.collected = nil
            self.answer(collected, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if self.hasWritten {
            self.hasWritten = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.forwardedCount -= 1 }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, self.collected != nil {
            self.heldEvent = event
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.abandon()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.abandon() }

    /// Gives what was kept of a request to the router.
    private func forwardCollected(_ context: ChannelHandlerContext) {
        guard let collected = self.collected else { return }
        self.collected = nil
        self.gateway.leave()
        self.forwardedCount += 1
        context.fireChannelRead(self.wrapInboundOut(.head(collected.request)))
        if let body = collected.body { context.fireChannelRead(self.wrapInboundOut(.body(body))) }
        self.releaseHeldEvent(context)
    }

    private func answer(_ collected: CollectedRequest<String>, _ context: ChannelHandlerContext) {
        let answer = self.gateway.predict(endpoint: collected.target, body: collected.bodyBytes)
        self.gateway.leave()
        let (status, bytes) = PredictRoutes.statusAndBody(answer)
        var head = HTTPResponse.json(status, byteCount: bytes.count, date: self.date.text(at: .now))
        head.headerFields[JSONResponse.requestIDName] = answer.requestID
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil)
        context.write(self.wrapOutboundOut(.end(nil)), promise: nil)
        self.hasWritten = true
        if self.heldEvent != nil {
            context.flush()
            self.releaseHeldEvent(context)
        }
    }

    private func releaseHeldEvent(_ context: ChannelHandlerContext) {
        guard let event = self.heldEvent else { return }
        self.heldEvent = nil
        context.fireUserInboundEventTriggered(event)
    }

    private func abandon() {
        guard self.collected != nil else { return }
        self.collected = nil
        self.gateway.leave()
    }

    /// The endpoint that `request` asks, when it is one this handler answers.
    private func endpoint(of request: HTTPRequest) -> String? {
        guard request.method == .post, request.isPlain, let path = request.path,
            let endpoint = PredictPath.endpoint(in: path), self.isAdmitted(request, endpoint)
        else { return nil }
        return endpoint
    }
}

@available(*, unavailable)
extension PredictionChannelHandler: Sendable {}
