import Foundation
import MartletCore
import MartletMonitoring
import MartletTesting
import MartletTracking
import NIOSSL
import Testing

@testable import MartletStores

/// Letters, and their way to a real mail server.
@Suite(.serialized)
struct MailTests {
    static let korean = "아파트 전세: 요청의 4 %가 실패합니다 ← 특성 avg_price_3m이 7시간 지났습니다 — 원천의 스키마가 바뀌었습니다"

    static func mail(
        port: Int = 25,
        _ security: EmailChannel.Security = .none,
        user: String? = nil,
        to recipients: [String] = ["ada@example.org", "bob@example.org"],
        subject: String = korean,
        text: String = korean + "\n.hidden\n..\nlast = line \n",
        trust: String? = nil
    ) -> AlertMail {
        AlertMail(
            server: MailServer(
                host: "127.0.0.1",
                port: port,
                security: security,
                user: user,
                password: user.map { _ in SecretText("open sesame") },
                trust: trust
            ),
            sender: "martlet@example.org",
            recipients: recipients,
            subject: subject,
            text: text,
            at: EventTime(microseconds: 1_763_719_200_000_000),
            id: "1@example.org",
            thread: "t@example.org"
        )
    }

    @Test func `no line is longer than mail allows, and every one is ASCII`() {
        let text = MailText.text(Self.mail(text: String(repeating: Self.korean, count: 30) + "\n"))
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 128 } })
        #expect(text.contains("Date: Fri, 21 Nov 2025 10:00:00 +0000\r\n"))
    }

    @Test func `a subject cannot begin another header`() {
        let text = MailText.text(Self.mail(subject: "fine\r\nBcc: eve@example.org\n\nbody"))
        #expect(!text.split(separator: "\r\n").contains { $0.hasPrefix("Bcc") || $0 == "body" })
    }

    @Test func `a line of one dot does not end the letter`() {
        #expect(MailText.stuffed(".\r\na.\r\n..b\r\n") == "..\r\na.\r\n...b\r\n")
    }

    @Test func `a password is not said over an open connection`() {
        var talk = SMTPConversation(Self.mail(.startTLS, user: "ada"), ownName: "[127.0.0.1]")
        #expect(talk.receive(SMTPReply(code: 220, lines: ["hello"])) == .say("EHLO [127.0.0.1]"))
        let step = talk.receive(SMTPReply(code: 250, lines: ["here", "AUTH PLAIN LOGIN"]))
        guard case .end(let outcome) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(outcome.failure?.contains("offers no STARTTLS") == true)
        #expect(outcome.status == 530)
    }

    @Test func `what was offered before the connection was secret counts for nothing`() {
        var talk = SMTPConversation(Self.mail(.startTLS, user: "ada"), ownName: "x")
        _ = talk.receive(SMTPReply(code: 220, lines: [""]))
        #expect(talk.receive(SMTPReply(code: 250, lines: ["", "STARTTLS", "AUTH PLAIN"])) == .say("STARTTLS"))
        #expect(talk.receive(SMTPReply(code: 220, lines: ["go"])) == .secure)
        #expect(talk.didSecure() == .say("EHLO x"))
        #expect(talk.receive(SMTPReply(code: 250, lines: ["", "AUTH=LOGIN"])) == .say("AUTH LOGIN"))
        #expect(talk.receive(SMTPReply(code: 334, lines: ["VXNlcm5hbWU6"])) == .say("YWRh"))
        #expect(talk.receive(SMTPReply(code: 334, lines: ["UGFzc3dvcmQ6"])) == .say("b3BlbiBzZXNhbWU="))
        #expect(talk.receive(SMTPReply(code: 235, lines: [""])) == .say("MAIL FROM:<martlet@example.org>"))
    }

    @Test(arguments: [(421, nil), (554, 554)] as [(Int, Int?)])
    func `a server that takes no mail is told apart from one that never will`(_ code: Int, _ status: Int?) {
        var talk = SMTPConversation(Self.mail(), ownName: "x")
        guard case .end(let outcome) = talk.receive(SMTPReply(code: code, lines: ["no"])) else {
            Issue.record("the conversation went on")
            return
        }
        #expect(outcome.status == code)
        let channel = AlertRoutingFixture.email
        #expect(channel.isRefusal(outcome) == (status != nil))
    }

    @Test(.enabled(if: TestServer.hasMail, "run scripts/setup-clients"))
    func `a letter arrives as it was written, where some recipients are refused too`() async throws {
        let (server, port) = try TestServer.mail()
        defer { server.end() }
        let mail = Self.mail(port: port, to: ["nobody@example.org", "ada@example.org"])
        let outcome = await SMTPClient().send(mail)
        #expect(outcome.isSuccess)
        #expect(outcome.body == "2.0.0 kept (refused for nobody@example.org: 550)")
        let letter = try Letter(server.line())
        #expect(letter.to == ["ada@example.org"])
        #expect(letter.subject == Self.korean)
        #expect(letter.text == mail.text)
        #expect(letter.id == "<1@example.org>")
        let refused = await SMTPClient().send(Self.mail(port: port, to: ["nobody@example.org"]))
        #expect(refused.status == 550)
        #expect(refused.failure?.hasPrefix("the mail server refused every recipient: 550") == true)
    }

    /// Makes a key, and a certificate for this machine that no authority knows.
    static func makeCertificate(_ key: String, _ certificate: String) throws {
        let made = try TestProgram.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate]
        )
        #expect(made.status == 0, "\(made.errors)")
    }

    @Test(.enabled(if: TestServer.hasMail, "run scripts/setup-clients"))
    func `over STARTTLS a user signs in, with the right password and a certificate that is believed`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (key, certificate) = (folder.appending(path: "k.pem").path, folder.appending(path: "c.pem").path)
        try Self.makeCertificate(key, certificate)
        let (server, port) = try TestServer.mail(["--tls", certificate, key, "--auth", "ada", "open sesame"])
        defer { server.end() }
        let mail = Self.mail(port: port, .startTLS, user: "ada")
        let believed = SMTPClient(trust: .file(certificate))
        let outcome = await believed.send(mail)
        #expect(outcome.isSuccess, "\(outcome)")
        let letter = try Letter(server.line())
        #expect(letter.tls)
        #expect(letter.user == "ada")
        let doubted = await SMTPClient().send(mail)
        #expect(doubted.failure?.contains("could not be made secret") == true, "\(doubted)")
        let own = await SMTPClient().send(Self.mail(port: port, .startTLS, user: "ada", trust: certificate))
        #expect(own.isSuccess, "\(own)")
        let gone = await SMTPClient().send(Self.mail(port: port, .startTLS, user: "ada", trust: key + ".gone"))
        #expect(gone.failure?.contains("'ca_file'") == true, "\(gone)")
        let (other, otherPort) = try TestServer.mail(["--tls", certificate, key, "--auth", "ada", "another"])
        defer { other.end() }
        let wrong = await believed.send(Self.mail(port: otherPort, .startTLS, user: "ada"))
        #expect(wrong.status == 535)
        #expect(wrong.failure?.contains("sesame") == false)
    }

    @Test(
        .enabled(if: TestServer.hasMail, "run scripts/setup-clients"),
        arguments: [
            (#"220 hi\r\n|250-here\r\n250 STARTTLS\r\n|220 go\r\n250 injected\r\n|"#, "spoke out of turn"),
            (#"HTTP/1.1 400 Bad Request\r\n\r\n|"#, "no mail server"),
            (#"220 hi\r\n"#, "ended the conversation"),
            (#"421 4.3.2 too busy\r\n|"#, "does not take mail now: 421 4.3.2 too busy"),
        ]
    )
    func `a server that misbehaves gets no letter`(_ script: String, _ reason: String) async throws {
        let (server, port) = try TestServer.mail(["--raw", script])
        defer { server.end() }
        let outcome = await SMTPClient().send(Self.mail(port: port, .startTLS))
        #expect(!outcome.isSuccess)
        #expect(outcome.failure?.contains(reason) == true, "\(outcome)")
    }

    @Test func `nobody at the address is a failure that another try may mend`() async {
        let outcome = await SMTPClient().send(Self.mail(port: 1))
        #expect(outcome.failure == "the mail server could not be reached")
        #expect(outcome.status == nil)
    }

    /// A letter as Python's own library reads it.
    struct Letter: Decodable {
        let from: String
        let to: [String]
        let tls: Bool
        let user: String?
        let content: String
        private(set) var subject = ""
        private(set) var text = ""
        private(set) var id = ""

        private enum CodingKeys: String, CodingKey { case from, to, tls, user, content }

        init(_ line: String) throws {
            self = try JSONDecoder().decode(Letter.self, from: Data(line.utf8))
            let script =
                """
                import sys, json, base64, email, email.policy
                letter = email.message_from_bytes(base64.b64decode(sys.argv[1]), policy=email.policy.default)
                assert not letter.defects, letter.defects
                text = letter.get_content().replace('\\r\\n', '\\n')
                print(json.dumps([letter['subject'], text, letter['message-id']]))
                """
            let read = try TestProgram.run([TestServer.python, "-c", script, self.content])
            let parts = try JSONDecoder().decode([String].self, from: read.bytes)
            (self.subject, self.text, self.id) = (parts[0], parts[1], parts[2])
        }
    }
}
