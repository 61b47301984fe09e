import AsyncHTTPClient
import Foundation
import MartletCore
import MartletMonitoring
import MartletStores
import MartletTracking
import Testing

/// Servers whose certificates come from an authority of one's own.
@Suite(.serialized, .enabled(if: TestServer.hasMail, "run scripts/setup-clients"))
struct ChannelTrustTests {
    /// Takes posts over TLS and says each body in a line; the port comes first.
    private static let receiver = """
        import http.server, ssl, sys
        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()
                print(body.decode(), flush=True)
            def log_message(self, *arguments):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    @Test func `a webhook and an Alertmanager are believed by ca_file, and by nothing else`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, certificate) = (folder.appending(path: "k.pem").path, folder.appending(path: "c.pem").path)
        try MailTests.makeCertificate(key, certificate)
        try Data("no certificate".utf8).write(to: folder.appending(path: "wrong.pem"))
        let server = try TestServer(TestServer.python, ["-c", Self.receiver, certificate, key])
        defer { server.end() }
        let address = "https://localhost:\(try server.line())/hook"
        let routing =
            try AlertRoutingFixture.read(
                """
                channels:
                  own: {webhook: {url: "\(address)", ca_file: c.pem}}
                  central: {alertmanager: {url: "\(address)", ca_file: \(certificate)}}
                  system: {webhook: {url: "\(address)"}}
                  gone: {webhook: {url: "\(address)", ca_file: gone.pem}}
                  wrong: {webhook: {url: "\(address)", ca_file: wrong.pem}}
                """
            )
            .routing
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPWebhookSender.clientConfiguration
        )
        let dispatcher = AlertDispatcher(
            store: SQLAlertDeliveryStore(try MetadataKind.sqlite.open()),
            sender: ChannelSender(client: client),
            routing: routing,
            writer: AlertWriter(workspace: "seoul", environment: [:], folder: folder.path),
            now: { .now }
        )
        var outcomes: [String: WebhookOutcome] = [:]
        for channel in routing.channels { outcomes[channel.name] = try await dispatcher.test(channel.name) }
        try await client.shutdown()
        #expect(outcomes["own"]?.isSuccess == true && outcomes["central"]?.isSuccess == true, "\(outcomes)")
        #expect(try server.line().contains("Example/endpoint:example"))
        #expect(outcomes["system"]?.isSuccess == false)
        for name in ["gone", "wrong"] {
            let failure = outcomes[name]?.failure ?? ""
            #expect(failure.contains("'ca_file'") && failure.contains("\(name).pem"), "\(failure)")
        }
    }
}
