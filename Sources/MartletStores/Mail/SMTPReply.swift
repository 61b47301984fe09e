import NIOCore

/// What a mail server answers: a number of three digits, and lines for people.
struct SMTPReply: Sendable, Hashable {
    let code: Int
    let lines: [String]

    /// Whether the server did, or is ready for, what was asked.
    var isPositive: Bool { (200..<400).contains(self.code) }

    /// Whether the server offers `keyword` in its answer to EHLO.
    func offers(_ keyword: String) -> Bool { self.words(of: keyword) != nil }

    /// What follows `keyword`, such as the mechanisms after `AUTH`; `nil` when it is not offered.
    func words(of keyword: String) -> [String]? {
        for line in self.lines.dropFirst() {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "=" }).map { $0.uppercased() }
            if words.first == keyword { return Array(words.dropFirst()) }
        }
        return nil
    }
}

/// Puts a server's lines together to replies.
///
/// A server speaks when it was spoken to. One that says more than was asked, or says it before the connection is secret,
/// is not listened to: the words could be anyone's.
struct SMTPReplyDecoder: ByteToMessageDecoder {
    typealias InboundOut = SMTPReply

    private var lines: [String] = []
    private static let lineLimit = 4_096
    private static let countLimit = 200

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.readableBytes <= Self.lineLimit else { throw SMTPFault.unreadable }
            return .needMoreData
        }
        let length = end - buffer.readerIndex
        guard let bytes = buffer.readBytes(length: length + 1), self.lines.count < Self.countLimit else {
            throw SMTPFault.unreadable
        }
        let line = String(decoding: bytes.dropLast(bytes.dropLast().last == 13 ? 2 : 1), as: UTF8.self)
        let mark = line.dropFirst(3).first
        guard let code = Int(line.prefix(3)), (200..<600).contains(code), mark == nil || mark == " " || mark == "-"
        else { throw SMTPFault.unreadable }
        self.lines.append(String(line.dropFirst(4)))
        guard mark != "-" else { return .continue }
        let reply = SMTPReply(code: code, lines: self.lines)
        self.lines = []
        guard buffer.readableBytes == 0 else { throw SMTPFault.unasked }
        context.fireChannelRead(Self.wrapInboundOut(reply))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool
    ) throws -> DecodingState {
        while try self.decode(context: context, buffer: &buffer) == .continue {}
        return .needMoreData
    }
}

/// Lets one reply through for each thing that was said; the greeting comes unasked.
final class SMTPTurns: ChannelDuplexHandler {
    typealias InboundIn = SMTPReply
    typealias InboundOut = SMTPReply
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isAwaiting = true

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.isAwaiting else {
            context.fireErrorCaught(SMTPFault.unasked)
            context.close(promise: nil)
            return
        }
        self.isAwaiting = false
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.isAwaiting = true
        context.write(data, promise: promise)
    }
}

/// What ends a conversation with a mail server before its end.
enum SMTPFault: Error, Hashable {
    case unreadable, unasked, closed, late
}
