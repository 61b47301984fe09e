package import MartletMonitoring
package import MartletTracking
import NIOCore
import NIOPosix
package import NIOSSL

/// Hands letters to mail servers.
package struct SMTPClient: Sendable {
    private let trust: NIOSSLTrustRoots

    /// How long a conversation may take.
    private static let timeout = TimeAmount.seconds(45)

    private typealias Wire = NIOAsyncChannel<SMTPReply, ByteBuffer>

    /// Believes servers whose certificates come from `trust`.
    package init(trust: NIOSSLTrustRoots = .default) { self.trust = trust }

    /// Hands `mail` in once; a failure is an outcome.
    package func send(_ mail: AlertMail) async -> WebhookOutcome {
        do {
            let wire = try await self.connect(mail.server)
            let late = wire.channel.eventLoop.scheduleTask(in: Self.timeout) {
                wire.channel.pipeline.fireErrorCaught(SMTPFault.late)
                wire.channel.close(promise: nil)
            }
            defer { late.cancel() }
            return try await wire.executeThenClose { replies, writer in
                try await self.converse(mail, wire.channel, replies, writer)
            }
        } catch {
            return WebhookOutcome(status: nil, failure: Self.reason(error))
        }
    }

    private func connect(_ server: MailServer) async throws -> Wire {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .connect(host: server.host, port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if server.security == .implicit {
                        try channel.pipeline.syncOperations.addHandler(self.secrecy(server))
                    }
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(SMTPReplyDecoder()), SMTPTurns(),
                    ])
                    return try Wire(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func converse(
        _ mail: AlertMail,
        _ channel: any Channel,
        _ replies: NIOAsyncChannelInboundStream<SMTPReply>,
        _ writer: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> WebhookOutcome {
        var conversation = SMTPConversation(mail, ownName: Self.name(of: channel))
        var turns = replies.makeAsyncIterator()
        while let reply = try await turns.next() {
            var step = conversation.receive(reply)
            if case .secure = step {
                let server = mail.server
                try await channel.eventLoop
                    .submit {
                        try channel.pipeline.syncOperations.addHandler(self.secrecy(server), position: .first)
                    }
                    .get()
                step = conversation.didSecure()
            }
            let text: String
            switch step {
            case .say(let line): text = line + "\r\n"
            case .hand(let letter): text = letter
            case .end(let outcome):
                // The letter is handed in; whether the farewell arrives changes nothing.
                try? await writer.write(ByteBuffer(string: "QUIT\r\n"))
                return outcome
            case .secure: throw SMTPFault.unasked
            }
            do {
                try await writer.write(ByteBuffer(string: text))
            } catch {
                // A connection that is gone cannot be written to; why it is gone comes among the replies.
                while try await turns.next() != nil {}
                throw error
            }
        }
        throw SMTPFault.closed
    }

    private func secrecy(_ server: MailServer) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = try server.trust.map(ChannelTrust.roots) ?? self.trust
        configuration.minimumTLSVersion = .tlsv12
        let isAddress = (try? SocketAddress(ipAddress: server.host, port: server.port)) != nil
        return try NIOSSLClientHandler(
            context: NIOSSLContext(configuration: configuration),
            serverHostname: isAddress ? nil : server.host
        )
    }

    /// The address of this side, as RFC 5321 lets a machine without a name call itself.
    private static func name(of channel: any Channel) -> String {
        guard let address = channel.localAddress?.ipAddress else { return "localhost" }
        return address.contains(":") ? "[IPv6:\(address)]" : "[\(address)]"
    }

    private static func reason(_ error: any Error) -> String {
        if let fault = error as? ChannelTrust.Fault { return fault.message }
        return switch error {
        case SMTPFault.late: "the mail server did not answer in time"
        case SMTPFault.unreadable: "what answers is no mail server"
        case SMTPFault.unasked: "the mail server spoke out of turn, so nothing was handed in"
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            "the connection to the mail server could not be made secret; check its certificate and 'tls'"
        case is NIOConnectionError: "the mail server could not be reached"
        default: "the mail server ended the conversation before the letter was taken"
        }
    }
}
