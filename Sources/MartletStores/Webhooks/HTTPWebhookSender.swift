package import AsyncHTTPClient
import Foundation
package import MartletTracking
import NIOCore
import NIOHTTP1

/// Posts webhook messages over HTTP.
package struct HTTPWebhookSender: WebhookSender {
    private let client: HTTPClient

    /// How long a receiver may take to answer.
    private static let timeout = TimeAmount.seconds(30)
    /// The most bytes of an answer that are read.
    private static let answerLimit = 2_048

    /// Takes the client, which the caller shuts down and which must follow no redirects.
    package init(client: HTTPClient) { self.client = client }

    /// The configuration of a client whose requests end where they were sent.
    package static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        return configuration
    }

    package func send(_ message: WebhookMessage, to url: String) async -> WebhookOutcome {
        await self.send(message, to: url, trust: nil)
    }

    /// Posts `message` to `url` once; its server is believed by the authority in the file `trust`, or by those of the system.
    func send(_ message: WebhookMessage, to url: String, trust: String?) async -> WebhookOutcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in message.headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.headers.replaceOrAdd(name: "User-Agent", value: "martlet")
        request.body = .bytes(ByteBuffer(string: message.body))
        do {
            if let trust { request.tlsConfiguration = try ChannelTrust.configuration(trust) }
            let response = try await self.client.execute(request, timeout: Self.timeout)
            let status = Int(response.status.code)
            return WebhookOutcome(status: status, body: await Self.beginning(of: response.body))
        } catch {
            return WebhookOutcome(status: nil, failure: Self.reason(error))
        }
    }

    private static func beginning(of body: HTTPClientResponse.Body) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in body {
                bytes.append(contentsOf: buffer.readableBytesView.prefix(Self.answerLimit - bytes.count))
                if bytes.count >= Self.answerLimit { break }
            }
        } catch {
            // The status came, which is what counts; a body that breaks off is read as far as it came.
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What went wrong, without the address.
    private static func reason(_ error: any Error) -> String {
        if let fault = error as? ChannelTrust.Fault { return fault.message }
        guard let error = error as? HTTPClientError else { return "the receiver could not be reached" }
        switch error {
        case .connectTimeout, .deadlineExceeded, .readTimeout: return "the receiver did not answer in time"
        case .invalidURL, .emptyHost, .emptyScheme: return "the address cannot be called"
        default: return "the receiver could not be reached: \(error.shortDescription)"
        }
    }
}
