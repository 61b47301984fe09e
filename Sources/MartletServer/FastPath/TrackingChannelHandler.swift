import HTTPTypes
import MartletCore
import NIOCore
import NIOHTTPTypes

/// Answers the small tracking calls of a training job without the router, which costs more than the calls themselves.
///
/// A call is read on the event loop of its connection, answered by a task, and written on the loop again. A call that
/// comes alone lends the loop's thread for its write, and is mostly answered without leaving it; one that has to wait, for
/// another write or for a read, leaves the loop to others. Until it is answered, what was read behind it is held, and then
/// no more is read, since answers go out in the order of their requests.
///
/// Everything else passes on untouched: calls that ``TrackingFastPath`` does not take, those with a body of more than
/// ``bodyByteLimit``, and those that follow a request the router has not answered yet.
///
/// One handler belongs to one connection and is used on its event loop alone.
final class TrackingChannelHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The longest body that is answered here, in bytes; about two hundred metrics.
    static let bodyByteLimit = 16_384

    private let calls: TrackingFastPath
    private var collected: CollectedRequest<TrackingFastPath.Call>?
    /// Whether a call was read whole and its answer is still to come.
    private var isAnswering = false
    /// What was read behind the call that is being answered.
    private var held: [HTTPRequestPart] = []
    private var isReadHeld = false
    /// A quiesce event that waits for the call under way.
    private var heldEvent: Any?
    /// Requests the router has and has not answered.
    private var forwardedCount = 0
    private var date = HTTPDate()
    /// The calls that this loop has read in its present turn.
    private var turn: TrackingTurns.Turn?

    /// Answers what `calls` takes.
    init(_ calls: TrackingFastPath) { self.calls = calls }

    func handlerAdded(context: ChannelHandlerContext) { self.turn = self.calls.turns.turn(of: context.eventLoop) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = self.unwrapInboundIn(data)
        if self.isAnswering {
            self.held.append(part)
        } else {
            self.take(part, context)
        }
    }

    func read(context: ChannelHandlerContext) {
        // A client that waits for its answer has sent nothing more, and not reading would cost two system calls.
        if self.isAnswering, !self.held.isEmpty {
            self.isReadHeld = true
        } else {
            context.read()
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.forwardedCount -= 1 }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, self.isAnswering || self.collected != nil {
            self.heldEvent = event
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.collected = nil
        self.held = []
        context.fireChannelInactive()
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let request):
            if self.forwardedCount == 0, let call = self.calls.call(of: request) {
                self.collected = CollectedRequest(request, for: call)
            } else {
                self.forwardedCount += 1
                context.fireChannelRead(self.wrapInboundOut(part))
            }
        case .body(let bytes):
            if self.collected?.take(bytes, limit: Self.bodyByteLimit) == true { return }
            self.forwardCollected(context)
            context.fireChannelRead(self.wrapInboundOut(part))
        case .end:
            guard let collected = self.collected else {
                context.fireChannelRead(self.wrapInboundOut(part))
                return
            }
            self.collected = nil
            self.answer(collected, context)
        }
    }

    /// Gives what was kept of a request to the router.
    private func forwardCollected(_ context: ChannelHandlerContext) {
        guard let collected = self.collected else { return }
        self.collected = nil
        self.forwardedCount += 1
        context.fireChannelRead(self.wrapInboundOut(.head(collected.request)))
        if let body = collected.body { context.fireChannelRead(self.wrapInboundOut(.body(body))) }
        self.releaseHeldEvent(context)
    }

    private func answer(_ collected: CollectedRequest<TrackingFastPath.Call>, _ context: ChannelHandlerContext) {
        self.isAnswering = true
        let calls = self.calls
        let loop = context.eventLoop
        let connection = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        let (call, request, body) = (collected.target, collected.request, collected.bodyBytes)
        self.turn?
            .add { isAlone in
                Task.immediate {
                    let (status, bytes) = await calls.answer(call, request, body: body, lendsThread: isAlone)
                    if loop.inEventLoop {
                        connection.value.handler.finish(status, bytes, connection.value.context)
                    } else {
                        loop.execute { connection.value.handler.finish(status, bytes, connection.value.context) }
                    }
                }
            }
    }

    private func finish(_ status: HTTPResponse.Status, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
        self.isAnswering = false
        // The client may have gone meanwhile; what it asked for is done.
        guard context.channel.isActive else { return }
        let head = HTTPResponse.json(status, byteCount: bytes.count, date: self.date.text(at: .now))
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        self.releaseHeldEvent(context)
        self.takeHeld(context)
        if self.isReadHeld, !self.isAnswering {
            self.isReadHeld = false
            context.read()
        }
    }

    /// Goes on with what was read while a call was answered, up to the next call.
    private func takeHeld(_ context: ChannelHandlerContext) {
        guard !self.held.isEmpty else { return }
        let parts = self.held
        self.held = []
        for part in parts {
            if self.isAnswering {
                self.held.append(part)
            } else {
                self.take(part, context)
            }
        }
        context.fireChannelReadComplete()
    }

    private func releaseHeldEvent(_ context: ChannelHandlerContext) {
        guard let event = self.heldEvent else { return }
        self.heldEvent = nil
        context.fireUserInboundEventTriggered(event)
    }
}

@available(*, unavailable)
extension TrackingChannelHandler: Sendable {}
