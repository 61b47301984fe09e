import HTTPTypes
import MartletCore
import MartletServing
import NIOCore

/// Answers the requests of a ``ShortWay`` from the bytes of their connection, before the HTTP decoder sees them.
///
/// Finds where each request begins and ends, as long as the heads are plain (``PlainHead``). What the short way does not
/// take passes on untouched, byte for byte, and so does everything from the first head on that is not plain. So do
/// requests behind one that the router has not answered yet, since answers go out in the order of their requests.
///
/// A prediction is answered at once. A tracking call is answered by a task; one that comes alone lends the loop's thread
/// for its write, and is mostly answered without leaving it; one that has to wait, for another write or for a read,
/// leaves the loop to others. Until it is answered, what was read behind it is kept, and then no more is read.
///
/// One handler belongs to one connection and is used on its event loop alone.
final class ShortWayHandler: ChannelInboundHandler, _ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = IOData

    private enum State {
        /// The next byte begins a head.
        case head
        /// The body of a request that will be answered here.
        case collecting(ShortWay.Target, byteCount: Int)
        /// The rest of the body of a request that the router has.
        case passing(byteCount: Int)
        /// Nothing is read here any more.
        case open
    }

    private let way: ShortWay
    private var state = State.head
    /// What was read and not used.
    private var pending = ByteBuffer()
    /// Whether a tracking call was read whole and its answer is still to come.
    private var isAnswering = false
    private var isReadHeld = false
    private var hasWritten = false
    /// Events, such as that the server closes, that wait for the request under way.
    private var heldEvents: [Any] = []
    /// Requests the router has and has not answered.
    private var forwardedCount = 0
    private var answer = PlainAnswer()
    /// The calls that this loop has read in its present turn.
    private var turn: TrackingTurns.Turn?

    /// Answers what `way` takes.
    init(_ way: ShortWay) { self.way = way }

    /// Counts a request that was passed on as answered.
    func routerHasAnswered() { self.forwardedCount -= 1 }

    func handlerAdded(context: ChannelHandlerContext) {
        self.turn = self.way.tracking?.turns.turn(of: context.eventLoop)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .open = self.state {
            context.fireChannelRead(data)
            return
        }
        var bytes = self.unwrapInboundIn(data)
        if self.pending.readableBytes == 0 {
            self.pending = bytes
        } else {
            self.pending.writeBuffer(&bytes)
        }
        self.advance(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.flushWritten(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // A client that waits for its answer has sent nothing more, and not reading would cost two system calls.
        if self.isAnswering, self.pending.readableBytes > 0 {
            self.isReadHeld = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent, !self.isAnswering { self.giveUp(context) }
        if self.isBusy {
            self.heldEvents.append(event)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.abandon()
        self.pending = ByteBuffer()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.abandon() }

    /// Whether a request is being read or answered here.
    private var isBusy: Bool {
        if case .collecting = self.state { true } else { self.isAnswering }
    }

    /// Uses what is pending, up to the next request whose answer has to be waited for.
    private func advance(_ context: ChannelHandlerContext) {
        while !self.isAnswering {
            switch self.state {
            case .head:
                guard self.pending.readableBytes > 0, self.takeHead(context) else { return }
            case .collecting(let target, let byteCount):
                guard self.pending.readableBytes >= byteCount else { return }
                let body = self.pending.readBytes(length: byteCount) ?? []
                self.state = .head
                self.answer(target, body, context)
                if !self.isAnswering { self.releaseEvents(context) }
            case .passing(let byteCount):
                guard self.pending.readableBytes > 0 else { return }
                let count = min(byteCount, self.pending.readableBytes)
                self.state = count == byteCount ? .head : .passing(byteCount: byteCount - count)
                self.pass(count, context)
            case .open: return
            }
        }
    }

    /// Reads the head that begins what is pending; `false` when its end has not come.
    private func takeHead(_ context: ChannelHandlerContext) -> Bool {
        switch PlainHeadReader.read(self.pending.readableBytesUInt8Span) {
        case .incomplete: return false
        case .other: self.passEverything(context)
        case .plain(let head):
            if self.forwardedCount == 0, let target = self.way.enter(head) {
                self.pending.moveReaderIndex(forwardBy: head.byteCount)
                self.state = .collecting(target, byteCount: head.bodyByteCount)
            } else {
                self.forwardedCount += 1
                self.state = .passing(byteCount: head.byteCount + head.bodyByteCount)
            }
        }
        return true
    }

    /// Gives the decoder the next `count` bytes.
    private func pass(_ count: Int, _ context: ChannelHandlerContext) {
        guard count > 0, let bytes = self.pending.readSlice(length: count) else { return }
        context.fireChannelRead(self.wrapInboundOut(bytes))
    }

    /// Gives the decoder what is pending and all that comes.
    private func passEverything(_ context: ChannelHandlerContext) {
        self.state = .open
        self.pass(self.pending.readableBytes, context)
        self.pending = ByteBuffer()
    }

    private func answer(_ target: ShortWay.Target, _ body: [UInt8], _ context: ChannelHandlerContext) {
        switch target {
        case .prediction(let endpoint):
            guard let gateway = self.way.gateway else { return }
            let answer = gateway.predict(endpoint: endpoint, body: body)
            gateway.leave()
            let (status, bytes) = PredictRoutes.statusAndBody(answer)
            self.write(status, bytes, requestID: answer.requestID, context)
        case .tracking(let call):
            guard let calls = self.way.tracking else { return }
            self.isAnswering = true
            let loop = context.eventLoop
            let connection = NIOLoopBound((handler: self, context: context), eventLoop: loop)
            self.turn?
                .add { isAlone in
                    Task.immediate {
                        let (status, bytes) = await calls.answer(call, body: body, lendsThread: isAlone)
                        if loop.inEventLoop {
                            connection.value.handler.finish(status, bytes, connection.value.context)
                        } else {
                            loop.execute { connection.value.handler.finish(status, bytes, connection.value.context) }
                        }
                    }
                }
        }
    }

    private func finish(_ status: HTTPResponse.Status, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
        self.isAnswering = false
        // The client may have gone meanwhile; what it asked for is done.
        guard context.channel.isActive else { return }
        self.write(status, bytes, requestID: nil, context)
        self.flushWritten(context)
        if self.pending.readableBytes > 0 {
            self.advance(context)
            self.flushWritten(context)
            context.fireChannelReadComplete()
        }
        if !self.isBusy { self.releaseEvents(context) }
        if self.isReadHeld, !self.isAnswering {
            self.isReadHeld = false
            context.read()
        }
    }

    private func write(
        _ status: HTTPResponse.Status,
        _ bytes: [UInt8],
        requestID: String?,
        _ context: ChannelHandlerContext
    ) {
        let answer = self.answer.bytes(status, bytes, requestID: requestID, allocator: context.channel.allocator)
        context.write(self.wrapOutboundOut(.byteBuffer(answer)), promise: nil)
        self.hasWritten = true
    }

    private func flushWritten(_ context: ChannelHandlerContext) {
        guard self.hasWritten else { return }
        self.hasWritten = false
        context.flush()
    }

    private func releaseEvents(_ context: ChannelHandlerContext) {
        guard !self.heldEvents.isEmpty else { return }
        self.flushWritten(context)
        let events = self.heldEvents
        self.heldEvents = []
        for event in events { context.fireUserInboundEventTriggered(event) }
    }

    /// Ends what cannot go on because nothing more will come.
    private func giveUp(_ context: ChannelHandlerContext) {
        self.abandon()
        self.passEverything(context)
        self.releaseEvents(context)
    }

    /// Tells the gateway that a request it counted in will not be answered.
    private func abandon() {
        guard case .collecting(let target, _) = self.state else { return }
        self.state = .open
        if case .prediction = target { self.way.gateway?.leave() }
    }
}

@available(*, unavailable)
extension ShortWayHandler: Sendable {}
