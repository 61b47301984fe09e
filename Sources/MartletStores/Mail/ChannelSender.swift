package import AsyncHTTPClient
package import MartletMonitoring
package import MartletTracking

/// Sends what channels are told, over HTTP and SMTP.
package struct ChannelSender: AlertSender {
    private let http: HTTPWebhookSender
    private let smtp: SMTPClient

    /// Takes the client, which the caller shuts down and which must follow no redirects.
    package init(client: HTTPClient, smtp: SMTPClient = SMTPClient()) {
        self.http = HTTPWebhookSender(client: client)
        self.smtp = smtp
    }

    package func send(_ message: AlertMessage) async -> WebhookOutcome {
        switch message {
        case .post(let message, let url, let trust): await self.http.send(message, to: url, trust: trust)
        case .mail(let mail): await self.smtp.send(mail)
        }
    }
}
