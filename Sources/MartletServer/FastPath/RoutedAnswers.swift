import NIOCore
import NIOHTTPTypes

/// Stands behind the HTTP decoder of a connection, puts a ``ShortWayHandler`` before it, and tells that one what the router
/// has answered.
final class RoutedAnswers: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let front: ShortWayHandler

    /// Counts for a connection on which `way` is open.
    init(_ way: ShortWay) { self.front = ShortWayHandler(way) }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(self.front, position: .first)
        } catch {
            // Without it, the decoder and the router answer everything.
            context.fireErrorCaught(error)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = self.unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        if isEnd { self.front.routerHasAnswered() }
    }
}

@available(*, unavailable)
extension RoutedAnswers: Sendable {}
